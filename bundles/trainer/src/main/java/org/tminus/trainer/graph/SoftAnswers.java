/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.graph;

import org.tminus.learning.data.Examples;
import org.tminus.onnx.OnnxFormatException;
import org.tminus.onnx.OnnxModel;

/**
 * Answers of a finished model to every example of a split, from which another model learns: logits, or embeddings. They are
 * computed once, so that a short model does not pay for a deep teacher in every step. Immutable.
 */
public final class SoftAnswers {
    private final float[] answers;
    private final int width;

    SoftAnswers(float[] answers, int width) {
        this.answers = answers;
        this.width = width;
    }

    /**
     * Asks a model about every example.
     *
     * @param model has one output [batch, width]
     * @throws OnnxFormatException if the model cannot be analysed
     * @throws UnsupportedOperatorsException if it has operators that are not known here
     */
    public static SoftAnswers of(OnnxModel model, Examples examples, int threads) throws OnnxFormatException {
        GraphOptions options =
                GraphOptions.of(1, 2 * threads, 0).withShards(threads).withThreads(threads);
        try (Network network = new Network(model, false, null, 0)) {
            Layout nothing = Layout.empty(network);
            try (GraphShards shards = new GraphShards(network, nothing, Objective.CLASSES, options)) {
                float[] found = shards.forward(new float[0], examples, false)[0];
                return new SoftAnswers(found, network.width());
            }
        }
    }

    /** Numbers per answer. */
    public int width() {
        return width;
    }

    /** Number of examples. */
    public int size() {
        return answers.length / width;
    }

    /** The number of the largest among the answers to a row, the first of equals. */
    public int best(int row) {
        int best = 0;
        for (int i = 1; i < width; i++) {
            if (answers[row * width + i] > answers[row * width + best]) {
                best = i;
            }
        }
        return best;
    }

    /** A copy of the answers to some rows, one after the other. */
    float[] rows(int[] rows) {
        float[] picked = new float[rows.length * width];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(answers, rows[i] * width, picked, i * width, width);
        }
        return picked;
    }
}
