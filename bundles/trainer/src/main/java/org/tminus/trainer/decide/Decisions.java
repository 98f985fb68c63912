/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.decide;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tminus.trainer.data.SplitReader;
import org.tminus.trainer.vit.Logits;
import org.tminus.trainer.vit.Normalisation;

/**
 * Everything that is chosen on the decision split.
 *
 * @param menu the path menu
 * @param complexity the predictor; {@code null} if every input needs the same depth
 * @param predictorFlops cost of features and trees per row
 * @param points operating points
 * @param defaultPoint name of the default
 * @param inputs rows of the split
 * @param exitAccuracy accuracy of each exit
 * @param oracle bounds that a policy could reach if it knew the answers
 */
public record Decisions(
        PathMenu menu,
        @Nullable ComplexityModel complexity,
        long predictorFlops,
        List<Point> points,
        String defaultPoint,
        int inputs,
        List<Double> exitAccuracy,
        OracleBounds oracle) {
    /** Copies the lists. */
    public Decisions {
        points = List.copyOf(points);
        exitAccuracy = List.copyOf(exitAccuracy);
    }

    /**
     * Mean FLOPs over those of full depth for policies that know the answers.
     *
     * @param stable for the stable oracle, which also makes the labels
     * @param lucky for the lucky oracle
     */
    public record OracleBounds(double stable, double lucky) {}

    /** Accuracy of full depth. */
    public double fullDepthAccuracy() {
        return exitAccuracy.get(exitAccuracy.size() - 1);
    }

    /**
     * Chooses menu, predictor and operating points.
     *
     * @param logits answers of every exit to the rows of {@code decision}
     * @param seed of the predictor
     */
    public static Decisions make(
            Logits logits, SplitReader decision, Normalisation normalisation, PathCosts costs, long seed) {
        Answers answers = Answers.of(logits, decision);
        PathMenu menu = PathMenu.pareto(answers);
        float[][] features = ImageFeatureReader.read(decision, normalisation);
        int[] labels = Oracle.stable(answers, menu);
        ComplexityModel complexity = ComplexityTrainer.train(features, labels, menu.size(), seed);
        long predictorFlops = complexity == null
                ? 0
                : ImageFeatureReader.flopsPerRow(decision.width(), decision.height())
                        + complexity.ensemble().flopsPerRow();
        PolicySimulator.Complexities predicted = complexity == null
                ? null
                : new PolicySimulator.Complexities(complexity.outOfFold(), complexity.classes(), predictorFlops);
        List<Point> points =
                OperatingPoints.choose(new PolicySimulator(answers, menu, costs, logits.classes(), predicted));
        String standard = points.stream().anyMatch(point -> point.name().equals("balanced"))
                ? OperatingPoints.Level.BALANCED.label()
                : points.get(0).name();
        List<Double> accuracy = java.util.stream.IntStream.range(0, answers.exits())
                .mapToObj(answers::accuracy)
                .toList();
        OracleBounds bounds =
                new OracleBounds(meanRatio(labels, menu, costs), meanRatio(Oracle.lucky(answers, menu), menu, costs));
        return new Decisions(menu, complexity, predictorFlops, points, standard, decision.size(), accuracy, bounds);
    }

    private static double meanRatio(int[] labels, PathMenu menu, PathCosts costs) {
        double flops = 0;
        for (int label : labels) {
            flops += costs.path(menu.exit(label));
        }
        return flops / labels.length / costs.fullDepth();
    }
}
