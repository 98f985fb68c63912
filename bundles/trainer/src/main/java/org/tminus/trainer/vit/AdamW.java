/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.vit;

import java.util.List;
import org.tminus.trainer.vit.VitParameters.Parameter;

/**
 * AdamW with decoupled weight decay and clipping by the global norm, over flat arrays.
 *
 * <p>Written in Java rather than taken from libtorch: its whole state is two arrays and a counter, so that a checkpoint is
 * complete and a resumed run is bit-equal. At this size a step takes about a millisecond.
 */
final class AdamW {
    private static final float BETA1 = 0.9f;
    private static final float BETA2 = 0.99f;
    private static final float EPSILON = 1e-8f;

    private final float[] first;
    private final float[] second;
    private final float weightDecay;
    private final float maxNorm;
    private final List<Parameter> parameters;

    AdamW(VitParameters parameters, float[] first, float[] second, double weightDecay, double maxNorm) {
        this.parameters = parameters.all();
        this.first = first;
        this.second = second;
        this.weightDecay = (float) weightDecay;
        this.maxNorm = (float) maxNorm;
    }

    /** Updates the weights; {@code step} counts from 0. */
    void step(float[] weights, float[] gradients, double learningRate, long step) {
        double squares = 0;
        for (float gradient : gradients) {
            squares += (double) gradient * gradient;
        }
        double norm = Math.sqrt(squares);
        float clip = norm > maxNorm ? (float) (maxNorm / norm) : 1f;
        float correction1 = (float) (1 - Math.pow(BETA1, (double) step + 1));
        float correction2 = (float) (1 - Math.pow(BETA2, (double) step + 1));
        float rate = (float) learningRate;
        for (Parameter parameter : parameters) {
            float keep = parameter.decays() ? 1 - rate * weightDecay : 1f;
            int end = parameter.offset() + parameter.size();
            for (int i = parameter.offset(); i < end; i++) {
                float gradient = gradients[i] * clip;
                float m = BETA1 * first[i] + (1 - BETA1) * gradient;
                float v = BETA2 * second[i] + (1 - BETA2) * gradient * gradient;
                first[i] = m;
                second[i] = v;
                float update = (m / correction1) / ((float) Math.sqrt(v / correction2) + EPSILON);
                weights[i] = weights[i] * keep - rate * update;
            }
        }
    }
}
