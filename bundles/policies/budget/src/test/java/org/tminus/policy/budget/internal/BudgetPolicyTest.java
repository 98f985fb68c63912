/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.policy.budget.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.tminus.failure.InvalidRequestException;
import org.tminus.failure.TminusException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.AdaptiveModelBuilder;
import org.tminus.model.OperatingPoint;
import org.tminus.model.Path;
import org.tminus.policy.Budget;
import org.tminus.policy.Decision;
import org.tminus.policy.PolicyContexts;
import org.tminus.policy.PolicyRun;
import org.tminus.predictor.Complexity;

/** The model's classes are the menu entries 0, 1 and 3, that is, depths 1, 2 and 4 at 110, 210 and 410 FLOPs. */
class BudgetPolicyTest {
    private static final AdaptiveModel MODEL = TestModels.model().build();
    private static final double FULL = 410;
    private static final double PREDICTOR = 4;
    private static final Complexity EASY = Complexity.ofProbabilities(0.9f, 0.08f, 0.02f);
    private static final Complexity HARD = Complexity.ofProbabilities(0.1f, 0.2f, 0.7f);

    @Test
    void theCheapestSufficientPathIsTaken() throws Exception {
        assertThat(paths(context(0.85, EASY, HARD))).containsExactly(TestModels.prefix(1), TestModels.prefix(4));
        assertThat(paths(context(0.95, EASY, HARD))).containsExactly(TestModels.prefix(2), TestModels.prefix(4));
        assertThat(paths(context(0.25, EASY, HARD))).containsExactly(TestModels.prefix(1), TestModels.prefix(2));
        assertThat(paths(context(1, EASY, HARD))).containsExactly(TestModels.prefix(4), TestModels.prefix(4));
        assertThat(paths(context(0, EASY, HARD))).containsExactly(TestModels.prefix(1), TestModels.prefix(1));
    }

    @Test
    void whereTheSufficientPathIsForbiddenTheNextCostlierRuns() throws Exception {
        List<Path> allowed = List.of(TestModels.prefix(1), TestModels.prefix(3));

        assertThat(paths(context(0.95, EASY, HARD).allowedPaths(allowed)))
                .containsExactly(TestModels.prefix(3), TestModels.prefix(3));
    }

    @Test
    void withoutAPredictorTheBudgetChoosesOnePath() throws Exception {
        PolicyContexts context = PolicyContexts.of(MODEL).rows(2).parameters(Map.of("threshold", 0.9));

        assertThat(paths(context)).containsOnly(MODEL.fullDepth());
        assertThat(paths(context.budget(Budget.ofFlopsRatio(0.6)))).containsOnly(TestModels.prefix(2));
    }

    @Test
    void withoutThresholdPointsTheBudgetChoosesOnePath() throws Exception {
        PolicyContexts context = PolicyContexts.of(MODEL).complexities(List.of(EASY, HARD));

        assertThat(paths(context)).containsOnly(MODEL.fullDepth());
        assertThat(paths(context.budget(Budget.ofFlopsRatio(0.6)))).containsOnly(TestModels.prefix(2));
    }

    @Test
    void theMeanKeepsTheBudgetOnASyntheticPopulation() throws Exception {
        List<Complexity> population = population(4000);
        AdaptiveModel model = withPoints(population, 0.3, 0.6, 0.9);
        double lowest = model.operatingPoints().get(0).flopsRatio();
        double cheapestPath = 110 / FULL;

        for (double ratio = cheapestPath; ratio <= 1; ratio += 0.01) {
            List<Path> paths = paths(
                    PolicyContexts.of(model).complexities(population).seed(3).budget(Budget.ofFlopsRatio(ratio)));
            double mean = mean(model, paths);
            boolean onePath = paths.stream().distinct().count() == 1;
            double spent = onePath && mean == cheapestPath ? mean : mean + PREDICTOR / FULL;
            // Between the cheapest path and the cheapest point the mean is random: allow for three standard errors.
            double slack = ratio < lowest ? 0.02 : 1e-6;
            assertThat(spent).as("spent at a budget of %s", ratio).isLessThanOrEqualTo(ratio + slack);
            if (ratio > cheapestPath + PREDICTOR / FULL && ratio < lowest) {
                assertThat(spent).as("used of a budget of %s", ratio).isGreaterThan(ratio - 0.02);
            }
        }
    }

    @Test
    void aLargerBudgetNeverSpendsLess() throws Exception {
        List<Complexity> population = population(1000);
        AdaptiveModel model = withPoints(population, 0.2, 0.5, 0.8, 0.95);
        double before = 0;
        for (OperatingPoint point : model.operatingPoints()) {
            double mean = mean(
                    model,
                    paths(PolicyContexts.of(model)
                            .complexities(population)
                            .budget(Budget.ofFlopsRatio(point.flopsRatio()))));
            assertThat(mean).isGreaterThanOrEqualTo(before);
            before = mean;
        }
    }

    @Test
    void badParametersAndForeignPredictorsAreRefusedInWords() {
        assertThatThrownBy(() -> paths(context(1.5, EASY)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContainingAll("'budget'", "'threshold'", "'1.5'", "from 0.0 to 1.0");
        assertThatThrownBy(() -> paths(context(0.5, Complexity.ofProbabilities(0.5f, 0.5f))))
                .isInstanceOf(TminusException.class)
                .hasMessageContainingAll("2 depth classes", "has 3");
    }

    @Property(tries = 300)
    void thereIsOneAllowedPathForEachRow(
            @ForAll @IntRange(min = 1, max = 30) int rows,
            @ForAll @IntRange(min = 1, max = 15) int mask,
            @ForAll @DoubleRange(min = 0.01, max = 1) double ratio,
            @ForAll @DoubleRange(min = 0, max = 1) double threshold,
            @ForAll boolean budgeted,
            @ForAll long seed)
            throws Exception {
        AdaptiveModel model = withPoints(population(50), 0.3, 0.9);
        List<Path> allowed = new ArrayList<>();
        for (int index = 0; index < TestModels.LAYERS; index++) {
            if ((mask >> index & 1) != 0) {
                allowed.add(model.menu().get(index));
            }
        }
        PolicyContexts context = PolicyContexts.of(model)
                .complexities(population(rows))
                .seed(seed)
                .allowedPaths(allowed);
        if (budgeted) {
            context.budget(Budget.ofFlopsRatio(ratio));
        } else {
            context.parameters(Map.of("threshold", threshold));
        }
        assertThat(paths(context)).hasSize(rows).isSubsetOf(allowed);
    }

    private static PolicyContexts context(double threshold, Complexity... rows) {
        return PolicyContexts.of(MODEL).complexities(List.of(rows)).parameters(Map.of("threshold", threshold));
    }

    /** Inputs of which the predictor is more or less sure. */
    private static List<Complexity> population(int rows) {
        Random random = new Random(11);
        List<Complexity> population = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            float first = random.nextFloat();
            float second = (1 - first) * random.nextFloat();
            population.add(Complexity.ofProbabilities(first, second, 1 - first - second));
        }
        return population;
    }

    /** The model with operating points at these thresholds, each with what it costs on the population. */
    private static AdaptiveModel withPoints(List<Complexity> population, double... thresholds) throws Exception {
        AdaptiveModelBuilder builder = TestModels.model();
        for (double threshold : thresholds) {
            Map<String, Object> parameters = Map.of("threshold", threshold);
            List<Path> paths =
                    paths(PolicyContexts.of(MODEL).complexities(population).parameters(parameters));
            double ratio = mean(MODEL, paths) + PREDICTOR / FULL;
            builder.operatingPoint(new OperatingPoint(
                    "t" + threshold, "budget", parameters, "decision", population.size(), ratio, 0.9, 0.9));
        }
        return builder.build();
    }

    private static double mean(AdaptiveModel model, List<Path> paths) {
        return paths.stream()
                        .mapToLong(path -> model.cost(path).flops(0))
                        .average()
                        .orElseThrow()
                / FULL;
    }

    private static List<Path> paths(PolicyContexts context) throws Exception {
        try (PolicyRun run = new BudgetPolicy().begin(context.build())) {
            return run.first().stream()
                    .map(Decision::path)
                    .map(path -> path.orElseThrow())
                    .toList();
        }
    }
}
