/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.method;

import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tminus.learning.data.Examples;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.TensorSpec;
import org.tminus.predictor.features.GridFeatures;
import org.tminus.predictor.features.ImageFeatures;
import org.tminus.predictor.features.TokenFeatures;
import org.tminus.predictor.features.ValueFeatures;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;
import org.tminus.tensor.Tensor;

/** The features that the model's predictor reads, for baselines that decide by them directly. */
final class InputFeatures {
    private static final int BATCH = 256;

    private InputFeatures() {}

    private interface Reader {
        float[] read(int row);
    }

    /** Per example its features; null if the model has no predictor. */
    static float @Nullable [][] of(AdaptiveModel model, Examples examples) {
        if (model.predictor().isEmpty()) {
            return null;
        }
        String set = model.predictor().get().features();
        float[][] all = new float[examples.size()][];
        for (int from = 0; from < all.length; from += BATCH) {
            int[] rows = new int[Math.min(BATCH, all.length - from)];
            for (int i = 0; i < rows.length; i++) {
                rows[i] = from + i;
            }
            Map<String, HostTensor> inputs = examples.inputs(rows);
            Reader reader = reader(set, model, inputs, rows.length);
            for (int i = 0; i < rows.length; i++) {
                all[from + i] = reader.read(i);
            }
            inputs.values().forEach(HostTensor::close);
        }
        return all;
    }

    private static Reader reader(String set, AdaptiveModel model, Map<String, HostTensor> inputs, int rows) {
        return switch (set) {
            case ImageFeatures.NAME -> image(model, inputs);
            case GridFeatures.NAME -> {
                GridFeatures features = GridFeatures.of(model.signature());
                GridFeatures.Batch batch = features.open(inputs, rows);
                yield row -> {
                    float[] out = new float[features.count()];
                    batch.compute(row, out);
                    return out;
                };
            }
            case TokenFeatures.NAME -> tokens(inputs);
            case ValueFeatures.NAME -> {
                ValueFeatures features = ValueFeatures.of(model.signature());
                ValueFeatures.Batch batch = features.open(inputs, rows);
                yield row -> {
                    float[] out = new float[features.count()];
                    batch.compute(row, out);
                    return out;
                };
            }
            default -> throw new IllegalArgumentException("The features '" + set + "' are not known here");
        };
    }

    private static Reader image(AdaptiveModel model, Map<String, HostTensor> inputs) {
        String name = model.signature().inputs().stream()
                .filter(spec -> spec.elementType().equals(ElementType.FLOAT32)
                        && spec.dimensions().size() == 4)
                .map(TensorSpec::name)
                .findFirst()
                .orElseThrow();
        Tensor tensor = tensor(inputs, name);
        Shape shape = tensor.shape();
        FloatBuffer pixels = tensor.buffer().asFloatBuffer();
        int channels = (int) shape.dimension(1);
        int height = (int) shape.dimension(2);
        int width = (int) shape.dimension(3);
        return row -> {
            float[] out = new float[ImageFeatures.COUNT];
            ImageFeatures.compute(pixels, row * channels * height * width, width, height, channels, out);
            return out;
        };
    }

    private static Reader tokens(Map<String, HostTensor> inputs) {
        Tensor ids = tensor(inputs, "input_ids");
        LongBuffer values = ids.buffer().asLongBuffer();
        LongBuffer mask = inputs.containsKey("attention_mask")
                ? tensor(inputs, "attention_mask").buffer().asLongBuffer()
                : null;
        int length = (int) ids.shape().dimension(1);
        return row -> {
            long[] attended = new long[length];
            int used = 0;
            for (int at = row * length; at < (row + 1) * length; at++) {
                if (mask == null || mask.get(at) != 0) {
                    attended[used++] = values.get(at);
                }
            }
            float[] out = new float[TokenFeatures.COUNT];
            TokenFeatures.compute(attended, used, out);
            return out;
        };
    }

    private static Tensor tensor(Map<String, HostTensor> inputs, String name) {
        Tensor tensor = inputs.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException(
                    "The features need the input '" + name + "', there are " + inputs.keySet());
        }
        return tensor;
    }
}
