/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tminus.coordinator.internal.session.ModelView;
import org.tminus.tensor.Tensor;

/**
 * Says whether two outputs for one row are the same answer. With labels that is the largest score along the last
 * dimension, wherever there is one; without, the cosine of all elements.
 */
final class Agreement {
    private final String output;
    private final boolean labelled;
    private final double cosine;

    private Agreement(String output, boolean labelled, double cosine) {
        this.output = output;
        this.labelled = labelled;
        this.cosine = cosine;
    }

    /** @return null if the model has no output of numbers to compare */
    static @Nullable Agreement of(ModelView view, double cosine) {
        String scores = view.scoreOutput();
        return scores == null
                ? null
                : new Agreement(scores, !view.model().labels().isEmpty(), cosine);
    }

    /** The output that is compared. */
    String output() {
        return output;
    }

    /** What of an answer has to be kept to compare it later; null if the output is not among these. */
    float @Nullable [] keep(Map<String, Tensor> outputs, int row) {
        Tensor tensor = outputs.get(output);
        if (tensor == null) {
            return null;
        }
        int perRow = Tensors.rowElements(tensor);
        FloatBuffer values = tensor.buffer().asFloatBuffer();
        float[] kept = new float[perRow];
        values.get(row * perRow, kept);
        return labelled
                ? largest(kept, (int) tensor.shape().dimension(tensor.shape().rank() - 1))
                : kept;
    }

    private static float[] largest(float[] values, int classes) {
        int groups = classes == 0 ? 0 : values.length / classes;
        float[] indices = new float[groups];
        for (int group = 0; group < groups; group++) {
            int best = 0;
            for (int index = 1; index < classes; index++) {
                if (values[group * classes + index] > values[group * classes + best]) {
                    best = index;
                }
            }
            indices[group] = best;
        }
        return indices;
    }

    boolean isSame(float[] one, float[] other) {
        if (labelled || one.length != other.length) {
            return Arrays.equals(one, other);
        }
        double product = 0;
        double first = 0;
        double second = 0;
        for (int index = 0; index < one.length; index++) {
            product += (double) one[index] * other[index];
            first += (double) one[index] * one[index];
            second += (double) other[index] * other[index];
        }
        if (first == 0 || second == 0) {
            return first == second;
        }
        return product >= cosine * Math.sqrt(first * second);
    }
}
