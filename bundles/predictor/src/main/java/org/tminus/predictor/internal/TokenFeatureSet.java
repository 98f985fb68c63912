/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.predictor.internal;

import java.nio.LongBuffer;
import org.jspecify.annotations.Nullable;
import org.tminus.failure.InvalidRequestException;
import org.tminus.model.ModelSignature;
import org.tminus.model.TensorSpec;
import org.tminus.predictor.PredictionContext;
import org.tminus.predictor.features.TokenFeatures;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.Tensor;

/**
 * {@code tokens-v1}: the int64 inputs {@code input_ids} and, if the model has it, {@code attention_mask}, both [batch,
 * length].
 */
final class TokenFeatureSet implements FeatureSet {
    private static final String IDS = "input_ids";
    private static final String MASK = "attention_mask";

    @Override
    public Reader of(ModelSignature signature) {
        for (TensorSpec spec : signature.inputs()) {
            if (spec.name().equals(IDS)
                    && spec.elementType().equals(ElementType.INT64)
                    && spec.dimensions().size() == 2) {
                return new TokenReader();
            }
        }
        throw new IllegalArgumentException("The features '" + TokenFeatures.NAME
                + "' do not fit this model: it has no int64 input " + IDS + " [batch, length].");
    }

    private static final class TokenReader implements Reader {
        @Override
        public int count() {
            return TokenFeatures.COUNT;
        }

        @Override
        public Rows open(PredictionContext context) throws InvalidRequestException {
            Tensor ids = context.inputs().get(IDS);
            Tensor mask = context.inputs().get(MASK);
            if (ids == null
                    || !isMatrix(ids, context.rows())
                    || (mask != null
                            && !(isMatrix(mask, context.rows()) && mask.shape().equals(ids.shape())))) {
                throw new InvalidRequestException(
                        "The token features need int64 inputs [" + context.rows() + ", length], found " + IDS + " "
                                + ids + " and " + MASK + " " + mask + ".",
                        "Give the request the inputs of the model's signature.");
            }
            int length = (int) ids.shape().dimension(1);
            LongBuffer idValues = ids.buffer().asLongBuffer();
            @Nullable
            LongBuffer maskValues = mask == null ? null : mask.buffer().asLongBuffer();
            long[] attended = new long[length];
            return (row, out) -> {
                int used = 0;
                for (int at = row * length; at < (row + 1) * length; at++) {
                    if (maskValues == null || maskValues.get(at) != 0) {
                        attended[used++] = idValues.get(at);
                    }
                }
                TokenFeatures.compute(attended, used, out);
            };
        }
    }

    private static boolean isMatrix(Tensor tensor, int rows) {
        return tensor.elementType().equals(ElementType.INT64)
                && tensor.shape().rank() == 2
                && tensor.shape().dimension(0) == rows;
    }
}
