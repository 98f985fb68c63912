/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.baseline;

import org.tminus.learning.outcome.Choices;
import org.tminus.learning.outcome.Outcomes;
import org.tminus.learning.stats.Proportions;

/**
 * What a possibly random way of deciding does per example in expectation, so that ways can be compared in pairs at equal
 * cost without the noise of drawing. Immutable as long as nobody writes to the arrays given.
 */
public final class Expected {
    private final double[] right;
    private final double[] agrees;
    private final double[] flops;
    private final double fullDepth;

    /**
     * @param right per example the chance of a right answer
     * @param agrees per example the chance of the answer of full depth
     * @param flops per example the expected FLOPs, everything included
     * @param meanFullDepth mean FLOPs of full depth over the same examples
     */
    public Expected(double[] right, double[] agrees, double[] flops, double meanFullDepth) {
        if (right.length != flops.length || agrees.length != flops.length) {
            throw new IllegalArgumentException(
                    "Lengths differ: " + right.length + ", " + agrees.length + ", " + flops.length);
        }
        this.right = right;
        this.agrees = agrees;
        this.flops = flops;
        this.fullDepth = meanFullDepth;
    }

    /** What was chosen, with chances 0 and 1. */
    public static Expected of(Choices choices) {
        Outcomes outcomes = choices.outcomes();
        int rows = outcomes.rows();
        double[] right = new double[rows];
        double[] agrees = new double[rows];
        double[] flops = new double[rows];
        double full = 0;
        for (int row = 0; row < rows; row++) {
            right[row] = choices.isRight(row) ? 1 : 0;
            agrees[row] = choices.agrees(row) ? 1 : 0;
            flops[row] = choices.flops(row);
            full += outcomes.fullDepthFlops(row);
        }
        return new Expected(right, agrees, flops, full / rows);
    }

    /** With this chance the other for each example, else this. */
    public Expected mixedWith(Expected other, double share) {
        return new Expected(
                mix(right, other.right, share),
                mix(agrees, other.agrees, share),
                mix(flops, other.flops, share),
                fullDepth);
    }

    private static double[] mix(double[] a, double[] b, double share) {
        double[] mixed = new double[a.length];
        for (int i = 0; i < mixed.length; i++) {
            mixed[i] = (1 - share) * a[i] + share * b[i];
        }
        return mixed;
    }

    public int rows() {
        return right.length;
    }

    /** Chances of a right answer per example; a copy. */
    public double[] right() {
        return right.clone();
    }

    /** Chances of the answer of full depth per example; a copy. */
    public double[] agrees() {
        return agrees.clone();
    }

    /** Expected FLOPs per example; a copy. */
    public double[] flops() {
        return flops.clone();
    }

    public double accuracy() {
        return Proportions.mean(right);
    }

    public double agreement() {
        return Proportions.mean(agrees);
    }

    public double meanFlops() {
        return Proportions.mean(flops);
    }

    public double flopsRatio() {
        return meanFlops() / fullDepth;
    }
}
