/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.outcome;

/**
 * What a way of deciding did with the examples of a split: the path of each, and all it cost. Immutable as long as nobody
 * writes to the arrays given.
 */
public final class Choices {
    private final Outcomes outcomes;
    private final int[] paths;
    private final double[] flops;

    /**
     * @param paths per example the menu index of the path taken
     * @param flops per example everything that was computed: stem, layers, every exit head read, predictor, policy
     */
    public Choices(Outcomes outcomes, int[] paths, double[] flops) {
        if (paths.length != outcomes.rows() || flops.length != paths.length) {
            throw new IllegalArgumentException(
                    "Choices for " + paths.length + " examples, there are " + outcomes.rows());
        }
        this.outcomes = outcomes;
        this.paths = paths;
        this.flops = flops;
    }

    public Outcomes outcomes() {
        return outcomes;
    }

    public int path(int row) {
        return paths[row];
    }

    public double flops(int row) {
        return flops[row];
    }

    public boolean isRight(int row) {
        return outcomes.isRight(paths[row], row);
    }

    public boolean agrees(int row) {
        return outcomes.agrees(paths[row], row);
    }

    /** Share of right answers, 0 to 1. */
    public double accuracy() {
        int right = 0;
        for (int row = 0; row < paths.length; row++) {
            right += isRight(row) ? 1 : 0;
        }
        return (double) right / paths.length;
    }

    /** Share of answers that are those of full depth, 0 to 1. */
    public double agreement() {
        int same = 0;
        for (int row = 0; row < paths.length; row++) {
            same += agrees(row) ? 1 : 0;
        }
        return (double) same / paths.length;
    }

    /** FLOPs of all examples over those of full depth for the same examples. */
    public double flopsRatio() {
        double spent = 0;
        double full = 0;
        for (int row = 0; row < paths.length; row++) {
            spent += flops[row];
            full += outcomes.fullDepthFlops(row);
        }
        return spent / full;
    }

    public double meanFlops() {
        double sum = 0;
        for (double each : flops) {
            sum += each;
        }
        return sum / flops.length;
    }
}
