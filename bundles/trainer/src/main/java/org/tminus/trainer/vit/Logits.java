/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.vit;

/** Answers of every exit, and last of full depth, for the rows of a split. Immutable as long as nobody writes to its arrays. */
public final class Logits {
    private final int classes;
    private final float[][] byExit;

    /**
     * Wraps logits.
     *
     * @param classes number of classes
     * @param byExit per exit, in order of depth, an array [rows * classes]
     */
    public Logits(int classes, float[][] byExit) {
        this.classes = classes;
        this.byExit = byExit;
    }

    /** The number of exits, full depth included. */
    public int exits() {
        return byExit.length;
    }

    /** The number of classes. */
    public int classes() {
        return classes;
    }

    /** The number of rows. */
    public int rows() {
        return byExit[0].length / classes;
    }

    /** One logit. */
    public float logit(int exit, int row, int label) {
        return byExit[exit][row * classes + label];
    }

    /** The class with the largest logit; the lowest number wins a tie. */
    public int answer(int exit, int row) {
        float[] logits = byExit[exit];
        int best = 0;
        for (int c = 1; c < classes; c++) {
            if (logits[row * classes + c] > logits[row * classes + best]) {
                best = c;
            }
        }
        return best;
    }

    /** The largest softmax probability. */
    public double confidence(int exit, int row) {
        float[] logits = byExit[exit];
        double max = Double.NEGATIVE_INFINITY;
        for (int c = 0; c < classes; c++) {
            max = Math.max(max, logits[row * classes + c]);
        }
        double sum = 0;
        for (int c = 0; c < classes; c++) {
            sum += Math.exp(logits[row * classes + c] - max);
        }
        return 1 / sum;
    }
}
