/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.decide;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the policies would do on rows whose answers at every exit are known, and what that costs and gives. Immutable.
 *
 * <p>It follows the policies' own rules: {@code confidence} stops at the first exit of the menu whose largest probability
 * reaches the threshold, after a layer that {@code checkpoints} names if it is given, and pays for every head on the way; {@code budget} takes the cheapest path whose class, with all
 * cheaper ones, reaches the threshold in probability; {@code fixed} and {@code random} look at nothing.
 */
public final class PolicySimulator {
    /** Operations of a softmax per class and exit. */
    private static final long SOFTMAX_FLOPS = 4;

    private final Answers answers;
    private final PathMenu menu;
    private final PathCosts costs;
    private final int classes;
    private final @Nullable Complexities complexities;

    /** Predicted complexities of the rows. */
    public static final class Complexities {
        private final double[][] probabilities;
        private final List<Integer> classes;
        private final long flopsPerRow;

        /**
         * Wraps predictions.
         *
         * @param probabilities per row and class
         * @param classes menu index of each class
         * @param flopsPerRow cost of features and trees
         */
        public Complexities(double[][] probabilities, List<Integer> classes, long flopsPerRow) {
            this.probabilities = probabilities;
            this.classes = List.copyOf(classes);
            this.flopsPerRow = flopsPerRow;
        }
    }

    /**
     * Prepares a simulation.
     *
     * @param classes number of classes that an exit tells apart
     * @param complexities predictions for the rows; {@code null} if there is no predictor
     */
    public PolicySimulator(
            Answers answers, PathMenu menu, PathCosts costs, int classes, @Nullable Complexities complexities) {
        this.answers = answers;
        this.menu = menu;
        this.costs = costs;
        this.classes = classes;
        this.complexities = complexities;
    }

    /** Whether there is anything for {@code budget} to go by. */
    public boolean hasPredictor() {
        return complexities != null;
    }

    /** The menu. */
    public PathMenu menu() {
        return menu;
    }

    /** Accuracy at full depth. */
    public double fullDepthAccuracy() {
        return answers.accuracy(menu.exit(menu.size() - 1));
    }

    /**
     * Runs a policy over all rows.
     *
     * @throws IllegalArgumentException if the policy is unknown or a parameter is missing
     */
    public Point run(String name, String policy, Map<String, Object> parameters) {
        return switch (policy) {
            case "confidence" -> confidence(name, parameters);
            case "budget" -> budget(name, number(parameters, "threshold"));
            case "fixed" -> fixed(name, (int) number(parameters, "menuIndex"));
            case "random" -> random(name, weights(parameters));
            default -> throw new IllegalArgumentException("no policy " + policy);
        };
    }

    private static double number(Map<String, Object> parameters, String name) {
        if (parameters.get(name) instanceof Number number) {
            return number.doubleValue();
        }
        throw new IllegalArgumentException("parameter " + name + " is missing");
    }

    private static double[] weights(Map<String, Object> parameters) {
        if (parameters.get("weights") instanceof List<?> list) {
            return list.stream()
                    .mapToDouble(each -> ((Number) each).doubleValue())
                    .toArray();
        }
        throw new IllegalArgumentException("parameter weights is missing");
    }

    private Point confidence(String name, Map<String, Object> parameters) {
        double threshold = number(parameters, "threshold");
        int last = menu.size() - 1;
        boolean[] mayStop = new boolean[last];
        for (int index = 0; index < last; index++) {
            mayStop[index] = !(parameters.get("checkpoints") instanceof List<?> checkpoints)
                    || checkpoints.contains(PathMenu.layerBefore(menu.exit(index)));
        }
        int right = 0;
        double flops = 0;
        for (int row = 0; row < answers.rows(); row++) {
            int index = 0;
            long heads = 0;
            boolean sure = false;
            while (index < last && !sure) {
                if (mayStop[index]) {
                    heads += costs.exits().get(menu.exit(index));
                    sure = answers.confidence(menu.exit(index), row) >= threshold;
                }
                index += sure ? 0 : 1;
            }
            if (!sure) {
                heads += costs.exits().get(menu.exit(last));
            }
            int exit = menu.exit(index);
            flops += costs.upTo(exit) + heads + (double) SOFTMAX_FLOPS * classes * last;
            right += answers.right(exit, row) ? 1 : 0;
        }
        return point(name, "confidence", parameters, flops, right);
    }

    private Point budget(String name, double threshold) {
        if (complexities == null) {
            throw new IllegalArgumentException("the budget policy needs a predictor");
        }
        int right = 0;
        double flops = 0;
        int last = complexities.classes.size() - 1;
        for (int row = 0; row < answers.rows(); row++) {
            double[] probabilities = complexities.probabilities[row];
            int k = 0;
            double reached = probabilities[0];
            while (k < last && !(reached >= threshold)) {
                k++;
                reached += probabilities[k];
            }
            // What the classes do not reach, only full depth gives.
            int exit = menu.exit(k == last && !(reached >= threshold) ? menu.size() - 1 : complexities.classes.get(k));
            flops += costs.path(exit) + complexities.flopsPerRow + 2.0 * complexities.classes.size();
            right += answers.right(exit, row) ? 1 : 0;
        }
        return point(name, "budget", Map.of("threshold", threshold), flops, right);
    }

    private Point fixed(String name, int index) {
        int exit = menu.exit(index);
        return new Point(
                name,
                "fixed",
                Map.of("menuIndex", index),
                (double) costs.path(exit) / costs.fullDepth(),
                answers.accuracy(exit));
    }

    private Point random(String name, double[] weights) {
        double total = 0;
        double flops = 0;
        double accuracy = 0;
        for (int index = 0; index < weights.length; index++) {
            total += weights[index];
            flops += weights[index] * costs.path(menu.exit(index));
            accuracy += weights[index] * answers.accuracy(menu.exit(index));
        }
        List<Double> list = java.util.Arrays.stream(weights).boxed().toList();
        return new Point(name, "random", Map.of("weights", list), flops / total / costs.fullDepth(), accuracy / total);
    }

    private Point point(String name, String policy, Map<String, Object> parameters, double flops, int right) {
        double rows = answers.rows();
        return new Point(name, policy, parameters, flops / rows / costs.fullDepth(), right / rows);
    }
}
