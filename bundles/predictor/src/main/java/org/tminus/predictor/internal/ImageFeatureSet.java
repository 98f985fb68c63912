/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.predictor.internal;

import java.nio.FloatBuffer;
import org.tminus.failure.InvalidRequestException;
import org.tminus.model.ModelSignature;
import org.tminus.model.TensorSpec;
import org.tminus.predictor.PredictionContext;
import org.tminus.predictor.features.ImageFeatures;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.Shape;
import org.tminus.tensor.Tensor;

/** {@code image-v1}: the model's first float32 input of rank 4, [batch, channels, height, width]. */
final class ImageFeatureSet implements FeatureSet {
    @Override
    public Reader of(ModelSignature signature) {
        for (TensorSpec spec : signature.inputs()) {
            if (spec.elementType().equals(ElementType.FLOAT32)
                    && spec.dimensions().size() == 4) {
                return new ImageReader(spec.name());
            }
        }
        throw new IllegalArgumentException("The features '" + ImageFeatures.NAME
                + "' do not fit this model: it has no float32 input [batch, channels, height, width].");
    }

    private record ImageReader(String input) implements Reader {
        @Override
        public int count() {
            return ImageFeatures.COUNT;
        }

        @Override
        public Rows open(PredictionContext context) throws InvalidRequestException {
            Tensor tensor = context.inputs().get(input);
            if (tensor == null
                    || !tensor.elementType().equals(ElementType.FLOAT32)
                    || tensor.shape().rank() != 4
                    || tensor.shape().dimension(0) != context.rows()
                    || tensor.shape().elementCount() == 0) {
                throw new InvalidRequestException(
                        "The image features need a float32 input [" + context.rows()
                                + ", channels, height, width], found " + tensor + ".",
                        "Give the request the inputs of the model's signature.");
            }
            Shape shape = tensor.shape();
            FloatBuffer pixels = tensor.buffer().asFloatBuffer();
            int channels = (int) shape.dimension(1);
            int height = (int) shape.dimension(2);
            int width = (int) shape.dimension(3);
            int size = channels * height * width;
            double[] workspace = new double[height * width];
            return (row, out) -> ImageFeatures.compute(pixels, row * size, width, height, channels, workspace, out);
        }
    }
}
