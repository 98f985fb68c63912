/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.policy.random.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.tminus.failure.InvalidRequestException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.OperatingPoint;
import org.tminus.model.Path;
import org.tminus.policy.Budget;
import org.tminus.policy.Decision;
import org.tminus.policy.PolicyContexts;
import org.tminus.policy.PolicyRun;

class RandomPolicyTest {
    private static final AdaptiveModel MODEL = TestModels.model().build();
    private static final double FULL = 410;
    private static final int MANY = 20_000;

    @Test
    void theBudgetIsMetInTheMean() throws Exception {
        for (double ratio : new double[] {0.3, 0.4, 0.5, 0.77, 0.95}) {
            double mean = mean(PolicyContexts.of(MODEL).rows(MANY).seed(7).budget(Budget.ofFlopsRatio(ratio)));
            // Two paths 100 FLOPs apart: the standard error of the mean is at most 50 / 410 / sqrt(20,000) = 0.0009.
            assertThat(mean).isCloseTo(ratio, within(0.0035));
        }
    }

    @Test
    void outsideTheMenusRangeTheNearestPathRuns() throws Exception {
        assertThat(paths(PolicyContexts.of(MODEL).rows(50).budget(Budget.ofFlopsRatio(0.05))))
                .containsOnly(TestModels.prefix(1));
        assertThat(paths(PolicyContexts.of(MODEL).rows(50).budget(Budget.ofFlopsRatio(1))))
                .containsOnly(TestModels.prefix(4));
    }

    @Test
    void weightsAreKept() throws Exception {
        List<Path> paths =
                paths(PolicyContexts.of(MODEL).rows(MANY).parameters(Map.of("weights", List.of(1, 0, 0, 3))));

        assertThat(paths).doesNotContain(TestModels.prefix(2), TestModels.prefix(3));
        double share = paths.stream().filter(MODEL.fullDepth()::equals).count() / (double) paths.size();
        assertThat(share).isCloseTo(0.75, within(0.012));
    }

    @Test
    void aBudgetIsMetExactlyEvenIfThereAreCheaperPoints() throws Exception {
        OperatingPoint lean =
                new OperatingPoint("lean", "random", Map.of("weights", List.of(1, 0, 0, 0)), "decision", 9, 0.27, 0, 0);
        AdaptiveModel model = TestModels.model().operatingPoint(lean).build();
        PolicyContexts context = PolicyContexts.of(model).rows(MANY).seed(2).budget(Budget.ofFlopsRatio(0.6));

        assertThat(mean(context)).isCloseTo(0.6, within(0.0035));
        assertThat(paths(context.operatingPoint(lean))).containsOnly(TestModels.prefix(1));
    }

    @Test
    void withoutWeightsAndBudgetAllPathsAreEquallyLikely() throws Exception {
        List<Path> paths = paths(PolicyContexts.of(MODEL).rows(MANY));
        for (Path path : MODEL.menu()) {
            assertThat(paths.stream().filter(path::equals).count() / (double) MANY)
                    .isCloseTo(0.25, within(0.013));
        }
    }

    @Test
    void theSameSeedGivesTheSameDraws() throws Exception {
        assertThat(paths(PolicyContexts.of(MODEL).rows(100).seed(5)))
                .isEqualTo(paths(PolicyContexts.of(MODEL).rows(100).seed(5)))
                .isNotEqualTo(paths(PolicyContexts.of(MODEL).rows(100).seed(6)));
    }

    @Test
    void batchesOfOneDifferFromSeedToSeed() throws Exception {
        List<Path> paths = new ArrayList<>();
        for (int seed = 0; seed < 4000; seed++) {
            paths.addAll(paths(PolicyContexts.of(MODEL).seed(seed).budget(Budget.ofFlopsRatio(0.5))));
        }
        double mean = paths.stream()
                .mapToLong(path -> MODEL.cost(path).flops(0))
                .average()
                .orElseThrow();
        assertThat(mean / FULL).isCloseTo(0.5, within(0.008));
    }

    @Test
    void badWeightsAreRefusedInWords() {
        for (Object bad : List.of(List.of(1, 1), List.of(0, 0, 0, 0), List.of(1, 1, 1, -1), "many", "1,1,1,NaN")) {
            assertThatThrownBy(() -> paths(PolicyContexts.of(MODEL).parameters(Map.of("weights", bad))))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContainingAll("'random'", "'weights'", bad.toString());
        }
    }

    @Test
    void whereNoWeightedPathIsAllowedTheCheapestRuns() throws Exception {
        assertThat(paths(PolicyContexts.of(MODEL)
                        .rows(20)
                        .parameters(Map.of("weights", "0,0,0,1"))
                        .allowedPaths(MODEL.menu().subList(0, 2))))
                .containsOnly(TestModels.prefix(1));
    }

    @Property(tries = 200)
    void thereIsOneAllowedPathForEachRow(
            @ForAll @IntRange(min = 1, max = 40) int rows,
            @ForAll @IntRange(min = 1, max = 15) int mask,
            @ForAll @DoubleRange(min = 0.01, max = 1) double ratio,
            @ForAll boolean budgeted,
            @ForAll long seed)
            throws Exception {
        List<Path> allowed = new ArrayList<>();
        for (int index = 0; index < TestModels.LAYERS; index++) {
            if ((mask >> index & 1) != 0) {
                allowed.add(MODEL.menu().get(index));
            }
        }
        PolicyContexts context = PolicyContexts.of(MODEL).rows(rows).seed(seed).allowedPaths(allowed);
        if (budgeted) {
            context.budget(Budget.ofFlopsRatio(ratio));
        }
        assertThat(paths(context)).hasSize(rows).isSubsetOf(allowed);
    }

    private static double mean(PolicyContexts context) throws Exception {
        return paths(context).stream()
                        .mapToLong(path -> MODEL.cost(path).flops(0))
                        .average()
                        .orElseThrow()
                / FULL;
    }

    private static List<Path> paths(PolicyContexts context) throws Exception {
        try (PolicyRun run = new RandomPolicy().begin(context.build())) {
            return run.first().stream()
                    .map(Decision::path)
                    .map(path -> path.orElseThrow())
                    .toList();
        }
    }
}
