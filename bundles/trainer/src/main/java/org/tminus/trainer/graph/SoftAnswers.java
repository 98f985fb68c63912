/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.graph;

import java.util.Arrays;
import java.util.Map;
import org.tminus.learning.data.Display;
import org.tminus.learning.data.Examples;
import org.tminus.onnx.OnnxFormatException;
import org.tminus.onnx.OnnxModel;
import org.tminus.tensor.HostTensor;
import org.tminus.trainer.StageProgress;

/**
 * Answers of a finished model to every example of a split, from which another model learns: logits, or embeddings. They are
 * computed once, so that a short model does not pay for a deep teacher in every step. Immutable.
 */
public final class SoftAnswers {
    /** Examples between two reports. */
    private static final int CHUNK = 512;

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
        return of(model, examples, threads, StageProgress.silent());
    }

    /** The same, which says how far it is, and ends when that is told to. */
    public static SoftAnswers of(OnnxModel model, Examples examples, int threads, StageProgress progress)
            throws OnnxFormatException {
        GraphOptions options =
                GraphOptions.of(1, 2 * threads, 0).withShards(threads).withThreads(threads);
        try (Network network = new Network(model, false, null, 0)) {
            Layout nothing = Layout.empty(network);
            try (GraphShards shards = new GraphShards(network, nothing, Objective.CLASSES, options)) {
                float[] found = new float[examples.size() * network.width()];
                for (int from = 0; from < examples.size(); from += CHUNK) {
                    Examples some = new Part(examples, from, Math.min(CHUNK, examples.size() - from));
                    float[] answers = shards.forward(new float[0], some, false)[0];
                    System.arraycopy(answers, 0, found, from * network.width(), answers.length);
                    progress.at(from + some.size(), examples.size());
                }
                return new SoftAnswers(found, network.width());
            }
        }
    }

    /** Some examples one after the other. */
    private record Part(Examples examples, int from, int size) implements Examples {
        @Override
        public String id(int row) {
            return examples.id(from + row);
        }

        @Override
        public String group(int row) {
            return examples.group(from + row);
        }

        @Override
        public int label(int row) {
            return examples.label(from + row);
        }

        @Override
        public int length(int row) {
            return examples.length(from + row);
        }

        @Override
        public Map<String, HostTensor> inputs(int[] rows) {
            return examples.inputs(Arrays.stream(rows).map(row -> from + row).toArray());
        }

        @Override
        public Display display(int row) {
            return examples.display(from + row);
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
