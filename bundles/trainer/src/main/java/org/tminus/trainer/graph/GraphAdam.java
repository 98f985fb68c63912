/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.graph;

import org.tminus.trainer.graph.Layout.Entry;

/**
 * AdamW with decoupled weight decay and clipping by the global norm, over flat arrays, computed by the threads of the shards.
 *
 * <p>Written in Java rather than taken from libtorch: its whole state is two arrays and a counter, so that a checkpoint is
 * complete and a resumed run is bit-equal.
 */
final class GraphAdam {
    private static final float BETA1 = 0.9f;
    private static final float BETA2 = 0.99f;
    private static final float EPSILON = 1e-8f;

    private final Layout layout;
    private final TrainingState state;
    private final GraphOptions options;

    GraphAdam(Layout layout, TrainingState state, GraphOptions options) {
        this.layout = layout;
        this.state = state;
        this.options = options;
    }

    /** Updates the weights; {@code share} of the peak learning rates. */
    void step(GraphShards threads, float[] gradients, double share) {
        double squares = threads.split(gradients.length, (from, to) -> {
            double sum = 0;
            for (int i = from; i < to; i++) {
                sum += (double) gradients[i] * gradients[i];
            }
            return sum;
        });
        double norm = Math.sqrt(squares);
        float clip = norm > options.maxGradientNorm() ? (float) (options.maxGradientNorm() / norm) : 1f;
        float correction1 = (float) (1 - Math.pow(BETA1, (double) state.step + 1));
        float correction2 = (float) (1 - Math.pow(BETA2, (double) state.step + 1));
        threads.split(gradients.length, (from, to) -> {
            for (Entry entry : layout.entries()) {
                int first = Math.max(from, entry.offset());
                int last = Math.min(to, entry.offset() + entry.size());
                if (first >= last) {
                    continue;
                }
                float rate = (float) (share * (entry.head() ? options.headLearningRate() : options.learningRate()));
                float keep = entry.decays() ? (float) (1 - rate * options.weightDecay()) : 1f;
                update(gradients, first, last, clip, rate, keep, correction1, correction2);
            }
            return 0.0;
        });
    }

    private void update(
            float[] gradients,
            int from,
            int to,
            float clip,
            float rate,
            float keep,
            float correction1,
            float correction2) {
        float[] first = state.first;
        float[] second = state.second;
        float[] weights = state.weights;
        for (int i = from; i < to; i++) {
            float gradient = gradients[i] * clip;
            float m = BETA1 * first[i] + (1 - BETA1) * gradient;
            float v = BETA2 * second[i] + (1 - BETA2) * gradient * gradient;
            first[i] = m;
            second[i] = v;
            weights[i] =
                    weights[i] * keep - rate * ((m / correction1) / ((float) Math.sqrt(v / correction2) + EPSILON));
        }
    }
}
