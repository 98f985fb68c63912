/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation;

import java.util.Arrays;
import org.tminus.learning.outcome.Outcomes;
import org.tminus.learning.outcome.PathCosts;
import org.tminus.learning.outcome.PathTrie;

/** Makes answers and observations of the scores at every exit. Filled by one thread. */
final class AnswerTable implements OutputVisitor {
    private static final int UNSET = -1;

    private final PathTrie trie;
    private final int[][] answers;
    private final int[][] shown;
    private final float[][] observations;
    private float[] probabilities = new float[0];
    private int classes;

    AnswerTable(PathTrie trie, int rows) {
        this.trie = trie;
        int nodes = trie.nodes().size();
        answers = new int[nodes][];
        shown = new int[nodes][];
        observations = new float[nodes][];
        answers[0] = new int[0];
        shown[0] = new int[0];
        observations[0] = new float[0];
        for (int node = 1; node < nodes; node++) {
            answers[node] = new int[rows];
            Arrays.fill(answers[node], UNSET);
            shown[node] = answers[node].clone();
            observations[node] = new float[rows * Outcomes.OBSERVATIONS];
        }
    }

    int classes() {
        return classes;
    }

    /**
     * What was answered.
     *
     * @param truth per example the right class; -1 if nobody knows
     */
    Outcomes outcomes(PathCosts costs, int[] truth, int[] lengths) {
        return new Outcomes(trie, costs, classes, answers, observations, truth, lengths, null).withShown(shown);
    }

    @Override
    public void accept(int node, int[] batch, float[] scores) throws EvaluationException {
        int width = scores.length / batch.length;
        if (classes != 0 && width != classes) {
            throw new EvaluationException(
                    "One exit gives " + classes + " scores, another " + width + ".",
                    "Make the exits of the model again.");
        }
        if (classes != width) {
            classes = width;
            probabilities = new float[width];
        }
        for (int i = 0; i < batch.length; i++) {
            set(node, batch[i], scores, i * width);
        }
    }

    private void set(int node, int row, float[] scores, int from) throws EvaluationException {
        int best = 0;
        for (int k = 0; k < classes; k++) {
            float score = scores[from + k];
            if (!Float.isFinite(score)) {
                throw new EvaluationException(
                        "The exit after layer " + trie.nodes().get(node).layer() + " answers " + score + " to example "
                                + row + ".",
                        "The weights are damaged or training diverged; train again with a smaller learning rate.");
            }
            best = score > scores[from + best] ? k : best;
        }
        answers[node][row] = best;
        setProbabilities(scores, from, scores[from + best]);
        show(node, row);
    }

    /** In the platform's own steps of single precision: a policy that reads log-odds near 1 sees the last bits. */
    private void setProbabilities(float[] scores, int from, float largest) {
        double sum = 0;
        for (int k = 0; k < classes; k++) {
            double value = Math.exp(scores[from + k] - largest);
            probabilities[k] = (float) value;
            sum += value;
        }
        for (int k = 0; k < classes; k++) {
            probabilities[k] /= (float) sum;
        }
    }

    /** What a served policy sees of the probabilities, to the last bit. */
    private void show(int node, int row) {
        float largest = 0;
        float second = 0;
        int answer = 0;
        double entropy = 0;
        for (int k = 0; k < classes; k++) {
            float probability = probabilities[k];
            if (probability > largest) {
                second = largest;
                largest = probability;
                answer = k;
            } else {
                second = Math.max(second, probability);
            }
            if (probability > 0) {
                entropy -= probability * Math.log(probability);
            }
        }
        shown[node][row] = answer;
        int at = row * Outcomes.OBSERVATIONS;
        observations[node][at] = largest;
        observations[node][at + 1] = largest - second;
        observations[node][at + 2] = classes < 2 ? 0 : (float) (entropy / Math.log(classes));
        observations[node][at + 3] = shownBefore(node, row) == answer ? 1 : 0;
    }

    /** At the nearest node before that has an exit. */
    private int shownBefore(int node, int row) {
        for (int at = trie.nodes().get(node).parent();
                at > 0;
                at = trie.nodes().get(at).parent()) {
            if (shown[at][row] != UNSET) {
                return shown[at][row];
            }
        }
        return UNSET;
    }
}
