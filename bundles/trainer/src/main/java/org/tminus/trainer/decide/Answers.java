/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.decide;

import org.tminus.trainer.data.SplitReader;
import org.tminus.trainer.vit.Logits;

/** What every exit answers to every row of a split, how sure it is, and what would be right. Immutable. */
public final class Answers {
    private final int[][] answer;
    private final double[][] confidence;
    private final int[] truth;

    /**
     * Wraps answers.
     *
     * @param answer per exit and row the class; full depth last
     * @param confidence per exit and row the largest probability
     * @param truth per row the right class
     */
    public Answers(int[][] answer, double[][] confidence, int[] truth) {
        this.answer = answer;
        this.confidence = confidence;
        this.truth = truth;
    }

    /** Takes the answers from logits. */
    public static Answers of(Logits logits, SplitReader split) {
        int[][] answer = new int[logits.exits()][split.size()];
        double[][] confidence = new double[logits.exits()][split.size()];
        int[] truth = new int[split.size()];
        for (int row = 0; row < split.size(); row++) {
            truth[row] = split.label(row);
            for (int exit = 0; exit < logits.exits(); exit++) {
                answer[exit][row] = logits.answer(exit, row);
                confidence[exit][row] = logits.confidence(exit, row);
            }
        }
        return new Answers(answer, confidence, truth);
    }

    /** The number of rows. */
    public int rows() {
        return truth.length;
    }

    /** The number of exits, full depth included. */
    public int exits() {
        return answer.length;
    }

    /** The answer of an exit. */
    public int answer(int exit, int row) {
        return answer[exit][row];
    }

    /** How sure an exit is of its answer, 0 to 1. */
    public double confidence(int exit, int row) {
        return confidence[exit][row];
    }

    /** Whether the answer of an exit is right. */
    public boolean right(int exit, int row) {
        return answer[exit][row] == truth[row];
    }

    /** Share of right answers of an exit. */
    public double accuracy(int exit) {
        int right = 0;
        for (int row = 0; row < rows(); row++) {
            if (right(exit, row)) {
                right++;
            }
        }
        return (double) right / rows();
    }
}
