/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.baseline;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tminus.learning.outcome.Basis;
import org.tminus.learning.outcome.Choices;
import org.tminus.learning.outcome.Outcomes;

/**
 * Cost-sensitive classification without reinforcement learning, open loop: per path of the menu a logistic regression gives
 * the chance that its answer is kept, from the predictor's probabilities and, at option, its features; the path of least
 * expected cost {@code price * FLOPs / full depth + 1 - P(kept)} is taken. The regressions are fitted, and by that
 * calibrated, on the decision split, where the probabilities come from trees that did not see the example. Immutable.
 */
public final class CostSensitive {
    private static final double RIDGE = 1e-3;

    private final Logistic[] paths;
    private final double[] means;
    private final double[] scales;

    private CostSensitive(Logistic[] paths, double[] means, double[] scales) {
        this.paths = paths;
        this.means = means;
        this.scales = scales;
    }

    /** Fits from the predictor's probabilities alone. */
    public static CostSensitive fit(Outcomes decision) {
        return fit(decision, null);
    }

    /**
     * Fits.
     *
     * @param features per example the same number of features; null for none beside the predictor's probabilities
     * @throws IllegalArgumentException if there are neither probabilities nor features
     */
    public static CostSensitive fit(Outcomes decision, float @Nullable [][] features) {
        if (decision.complexityClasses() == 0 && features == null) {
            throw new IllegalArgumentException("Neither a predictor's probabilities nor features to decide by");
        }
        double[][] inputs = new double[decision.rows()][];
        for (int row = 0; row < inputs.length; row++) {
            inputs[row] = inputs(decision, features, row);
        }
        int size = inputs[0].length;
        double[] means = new double[size];
        double[] scales = new double[size];
        for (int i = 0; i < size; i++) {
            double sum = 0;
            double squares = 0;
            for (double[] input : inputs) {
                sum += input[i];
                squares += input[i] * input[i];
            }
            means[i] = sum / inputs.length;
            double variance = squares / inputs.length - means[i] * means[i];
            scales[i] = variance > 1e-12 ? 1 / Math.sqrt(variance) : 0;
        }
        for (double[] input : inputs) {
            standardise(input, means, scales);
        }
        Basis basis = Basis.of(decision);
        Logistic[] paths = new Logistic[decision.trie().menu().size()];
        boolean[] kept = new boolean[inputs.length];
        for (int path = 0; path < paths.length; path++) {
            for (int row = 0; row < kept.length; row++) {
                kept[row] = basis.isPathKept(decision, path, row);
            }
            paths[path] = Logistic.fit(inputs, kept, RIDGE);
        }
        return new CostSensitive(paths, means, scales);
    }

    /**
     * Made again from what another one consists of.
     *
     * @param means per feature
     * @param scales per feature, what its distance from the mean is multiplied by
     * @param weights per path of the menu the constant and one weight per feature
     * @throws IllegalArgumentException if there is no path, lengths do not fit, or a number is not finite
     */
    public static CostSensitive of(double[] means, double[] scales, double[][] weights) {
        if (means.length != scales.length || weights.length == 0) {
            throw new IllegalArgumentException(
                    means.length + " means, " + scales.length + " scales and " + weights.length + " paths");
        }
        Logistic[] paths = new Logistic[weights.length];
        for (int path = 0; path < paths.length; path++) {
            if (weights[path].length != means.length + 1) {
                throw new IllegalArgumentException("Path " + path + " has " + weights[path].length
                        + " weights for a constant and " + means.length + " features");
            }
            requireFinite(weights[path]);
            paths[path] = Logistic.of(weights[path]);
        }
        requireFinite(means);
        requireFinite(scales);
        return new CostSensitive(paths, means.clone(), scales.clone());
    }

    private static void requireFinite(double[] values) {
        if (!Arrays.stream(values).allMatch(Double::isFinite)) {
            throw new IllegalArgumentException("Not finite: " + Arrays.toString(values));
        }
    }

    /** Per feature its mean where this was fitted; a copy. */
    public double[] means() {
        return means.clone();
    }

    /** Per feature what its distance from the mean is multiplied by; a copy. */
    public double[] scales() {
        return scales.clone();
    }

    /** Per path of the menu the constant and one weight per feature; a copy. */
    public double[][] weights() {
        return Arrays.stream(paths).map(Logistic::weights).toArray(double[][]::new);
    }

    private static double[] inputs(Outcomes outcomes, float @Nullable [][] features, int row) {
        float[] probabilities = outcomes.complexity(row);
        int classes = probabilities == null ? 0 : probabilities.length;
        int own = features == null ? 0 : features[row].length;
        double[] input = new double[2 * classes + own];
        for (int k = 0; k < classes && probabilities != null; k++) {
            input[2 * k] = probabilities[k];
            input[2 * k + 1] = Math.log(Math.max(1e-3, probabilities[k]));
        }
        for (int i = 0; i < own && features != null; i++) {
            input[2 * classes + i] = features[row][i];
        }
        return input;
    }

    private static void standardise(double[] input, double[] means, double[] scales) {
        for (int i = 0; i < input.length; i++) {
            input[i] = (input[i] - means[i]) * scales[i];
        }
    }

    /**
     * The chance per path of the menu that its answer is kept.
     *
     * @throws IllegalArgumentException if there are more or fewer features than it was fitted to
     */
    public double[] keptChances(Outcomes outcomes, float @Nullable [][] features, int row) {
        double[] input = inputs(outcomes, features, row);
        if (input.length != means.length) {
            throw new IllegalArgumentException(input.length + " features for one fitted to " + means.length);
        }
        standardise(input, means, scales);
        double[] chances = new double[paths.length];
        for (int path = 0; path < chances.length; path++) {
            chances[path] = paths[path].probability(input);
        }
        return chances;
    }

    /** Decides by the predictor's probabilities alone. */
    public Decider atPrice(double price) {
        return outcomes -> decide(outcomes, null, price);
    }

    /**
     * Decides every example; the predictor, where there is one, and the regressions are paid.
     *
     * @param features as when it was fitted
     * @param price quality that one full depth of FLOPs is worth
     */
    public Choices decide(Outcomes outcomes, float @Nullable [][] features, double price) {
        int[] chosen = new int[outcomes.rows()];
        double[] flops = new double[chosen.length];
        double own = 2.0 * paths.length * (means.length + 1) + 2.0 * means.length;
        for (int row = 0; row < chosen.length; row++) {
            double[] chances = keptChances(outcomes, features, row);
            double full = outcomes.fullDepthFlops(row);
            double least = Double.POSITIVE_INFINITY;
            for (int path = 0; path < chances.length; path++) {
                double cost = price * outcomes.flops(path, row) / full + 1 - chances[path];
                if (cost < least) {
                    least = cost;
                    chosen[row] = path;
                }
            }
            double predictor =
                    outcomes.complexityClasses() > 0 ? outcomes.costs().predictor(outcomes.length(row)) : 0;
            flops[row] = outcomes.flops(chosen[row], row) + predictor + own;
        }
        return new Choices(outcomes, chosen, flops);
    }

    /** Prices over the whole range, by the predictor's probabilities alone. */
    public Family family(Outcomes decision) {
        Map<Double, Decider> all = new LinkedHashMap<>();
        for (double x = -8; x <= 3; x += 0.1) {
            double price = Math.exp(x);
            all.put(price, atPrice(price));
        }
        return Family.of("open-loop", all, decision);
    }
}
