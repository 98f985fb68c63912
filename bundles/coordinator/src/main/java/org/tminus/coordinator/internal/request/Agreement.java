/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import org.tminus.coordinator.internal.certificate.ModelCertificate;
import org.tminus.coordinator.internal.session.ModelView;
import org.tminus.model.AgreementRule;
import org.tminus.tensor.Floats;
import org.tminus.tensor.Tensor;

/**
 * Says whether two outputs for one row are the same answer: by the largest score along the last dimension, wherever there
 * is one, or by the cosine of all elements. The limits of disagreement are about what the certificate counted, so its rule
 * decides; where it states none, models with labels go by the score and others by a cosine that the operator sets.
 */
final class Agreement {
    private final String output;
    private final OptionalDouble leastCosine;

    private Agreement(String output, OptionalDouble leastCosine) {
        this.output = output;
        this.leastCosine = leastCosine;
    }

    /**
     * @param unstated the least cosine for a model without labels whose certificate states no rule
     * @return null if the model has no output of numbers to compare
     */
    static @Nullable Agreement of(ModelView view, double unstated) {
        String scores = view.scoreOutput();
        return scores == null ? null : new Agreement(scores, leastCosine(view, unstated));
    }

    /** Empty if the largest score decides. */
    private static OptionalDouble leastCosine(ModelView view, double unstated) {
        ModelCertificate certificate = view.certificate();
        Optional<AgreementRule> stated = certificate == null ? Optional.empty() : certificate.agreement();
        if (stated.isPresent()) {
            return stated.get().leastCosine();
        }
        return view.model().labels().isEmpty() ? OptionalDouble.of(unstated) : OptionalDouble.empty();
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
        FloatBuffer values = Floats.of(tensor);
        float[] kept = new float[perRow];
        values.get(row * perRow, kept);
        return leastCosine.isPresent()
                ? kept
                : largest(kept, (int) tensor.shape().dimension(tensor.shape().rank() - 1));
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
        if (leastCosine.isEmpty() || one.length != other.length) {
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
        return product >= leastCosine.getAsDouble() * Math.sqrt(first * second);
    }
}
