/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.predictor;

import java.util.Arrays;

/**
 * How likely it is that each depth suffices for one input. Class <i>k</i> means that the menu path which the model's
 * predictor description names for <i>k</i> is the cheapest sufficient one. Immutable.
 */
public final class Complexity {
    private final float[] probabilities;

    private Complexity(float[] probabilities) {
        this.probabilities = probabilities;
    }

    /**
     * @param probabilities one per class, shallowest first; they sum to 1 within 1 %
     * @throws IllegalArgumentException if there are none, one is not within 0 and 1, or the sum is off
     */
    public static Complexity ofProbabilities(float... probabilities) {
        float sum = 0;
        for (float probability : probabilities) {
            if (!(probability >= 0 && probability <= 1.0001f)) {
                throw new IllegalArgumentException("A probability is within 0 and 1, got " + probability);
            }
            sum += probability;
        }
        if (!(Math.abs(sum - 1) <= 0.01f)) {
            throw new IllegalArgumentException("Probabilities sum to 1, got " + Arrays.toString(probabilities));
        }
        return new Complexity(probabilities.clone());
    }

    public int classes() {
        return probabilities.length;
    }

    /** @throws IndexOutOfBoundsException if there is no such class */
    public float probability(int depthClass) {
        return probabilities[depthClass];
    }

    /** The probability that this class or a shallower one suffices. */
    public float probabilityUpTo(int depthClass) {
        float sum = 0;
        for (int index = 0; index <= depthClass; index++) {
            sum += probabilities[index];
        }
        return sum;
    }

    /** The shallowest class that suffices with at least this probability; the deepest class if none does. */
    public int classAt(double sufficiency) {
        float sum = 0;
        for (int index = 0; index < probabilities.length - 1; index++) {
            sum += probabilities[index];
            if (sum >= sufficiency) {
                return index;
            }
        }
        return probabilities.length - 1;
    }

    /** The most likely class; of equals the shallowest. */
    public int mostLikelyClass() {
        int best = 0;
        for (int index = 1; index < probabilities.length; index++) {
            if (probabilities[index] > probabilities[best]) {
                best = index;
            }
        }
        return best;
    }

    /** The entropy of the distribution in nats: 0 when the predictor is sure. */
    public double entropy() {
        double entropy = 0;
        for (float probability : probabilities) {
            if (probability > 0) {
                entropy -= probability * Math.log(probability);
            }
        }
        return entropy;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Complexity that && Arrays.equals(probabilities, that.probabilities);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(probabilities);
    }

    @Override
    public String toString() {
        return Arrays.toString(probabilities);
    }
}
