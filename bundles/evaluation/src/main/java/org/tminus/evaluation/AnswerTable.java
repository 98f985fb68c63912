/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation;

import java.util.Arrays;
import org.tminus.learning.outcome.Outcomes;
import org.tminus.learning.outcome.PathTrie;

/** Makes answers and observations of the scores at every exit. Filled by one thread. */
final class AnswerTable implements OutputVisitor {
    private static final int UNSET = -1;

    private final PathTrie trie;
    private final int[][] answers;
    private final float[][] observations;
    private int classes;

    AnswerTable(PathTrie trie, int rows) {
        this.trie = trie;
        int nodes = trie.nodes().size();
        answers = new int[nodes][];
        observations = new float[nodes][];
        answers[0] = new int[0];
        observations[0] = new float[0];
        for (int node = 1; node < nodes; node++) {
            answers[node] = new int[rows];
            Arrays.fill(answers[node], UNSET);
            observations[node] = new float[rows * Outcomes.OBSERVATIONS];
        }
    }

    int classes() {
        return classes;
    }

    int[][] answers() {
        return answers;
    }

    float[][] observations() {
        return observations;
    }

    @Override
    public void accept(int node, int[] batch, float[] scores) throws EvaluationException {
        int width = scores.length / batch.length;
        if (classes != 0 && width != classes) {
            throw new EvaluationException(
                    "One exit gives " + classes + " scores, another " + width + ".",
                    "Make the exits of the model again.");
        }
        classes = width;
        for (int i = 0; i < batch.length; i++) {
            set(node, batch[i], scores, i * width);
        }
    }

    private void set(int node, int row, float[] scores, int from) throws EvaluationException {
        int best = 0;
        double second = Double.NEGATIVE_INFINITY;
        for (int k = 0; k < classes; k++) {
            float score = scores[from + k];
            if (!Float.isFinite(score)) {
                throw new EvaluationException(
                        "The exit after layer " + trie.nodes().get(node).layer() + " answers " + score + " to example "
                                + row + ".",
                        "The weights are damaged or training diverged; train again with a smaller learning rate.");
            }
            if (k > 0 && score > scores[from + best]) {
                second = scores[from + best];
                best = k;
            } else if (k > 0) {
                second = Math.max(second, score);
            }
        }
        double top = scores[from + best];
        double sum = 0;
        for (int k = 0; k < classes; k++) {
            sum += Math.exp(scores[from + k] - top);
        }
        double entropy = 0;
        for (int k = 0; k < classes; k++) {
            double share = Math.exp(scores[from + k] - top) / sum;
            entropy -= share > 0 ? share * Math.log(share) : 0;
        }
        double confidence = 1 / sum;
        double runnerUp = classes > 1 ? Math.exp(second - top) / sum : 0;
        answers[node][row] = best;
        int at = row * Outcomes.OBSERVATIONS;
        observations[node][at] = (float) confidence;
        observations[node][at + 1] = (float) (confidence - runnerUp);
        observations[node][at + 2] = (float) (classes > 1 ? entropy / Math.log(classes) : 0);
        observations[node][at + 3] = answerBefore(node, row) == best ? 1 : 0;
    }

    /** At the nearest node before that has an exit. */
    private int answerBefore(int node, int row) {
        for (int at = trie.nodes().get(node).parent();
                at > 0;
                at = trie.nodes().get(at).parent()) {
            if (answers[at][row] != UNSET) {
                return answers[at][row];
            }
        }
        return UNSET;
    }
}
