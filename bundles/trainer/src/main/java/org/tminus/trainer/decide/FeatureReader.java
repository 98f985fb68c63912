/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.decide;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tminus.learning.data.Examples;
import org.tminus.model.ModelSignature;
import org.tminus.model.TensorSpec;
import org.tminus.onnx.Dimension;
import org.tminus.onnx.Signature;
import org.tminus.onnx.ValueInfo;
import org.tminus.predictor.features.GridFeatures;
import org.tminus.predictor.features.ImageFeatures;
import org.tminus.predictor.features.TokenFeatures;
import org.tminus.predictor.features.ValueFeatures;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;
import org.tminus.tensor.Tensor;

/**
 * Computes the features of examples, from the tensors that the model takes and with the code that serving uses. Immutable.
 */
public final class FeatureReader {
    private static final int BATCH = 256;
    /** Passes over the pixels and what is done in each, counted by hand from the code. */
    private static final long IMAGE_FLOPS_PER_PIXEL = 80;
    /** Logarithms, sums and the sorting of a text's tokens, counted by hand from the code. */
    private static final long TOKEN_FLOPS = 60;

    /** Sum, square and its sum, and the share of what is done once per cell, counted by hand from the code. */
    private static final long GRID_FLOPS_PER_VALUE = 4;

    private final String name;
    private final int count;
    private final Kind kind;

    private interface Kind {
        Rows open(Map<String, ? extends Tensor> inputs, int rows);

        long flopsPerRow(Map<String, ? extends Tensor> inputs);
    }

    private interface Rows {
        void compute(int row, float[] out);
    }

    private FeatureReader(String name, int count, Kind kind) {
        this.name = name;
        this.count = count;
        this.kind = kind;
    }

    /**
     * Features by name.
     *
     * @param name {@code image-v1}, {@code grid-v1}, {@code tokens-v1} or {@code values-v1}
     * @throws IllegalArgumentException if there are none of that name, or they do not fit the model; the message says why
     */
    public static FeatureReader of(String name, Signature signature) {
        return switch (name) {
            case ImageFeatures.NAME -> new FeatureReader(name, ImageFeatures.COUNT, new Images(signature));
            case GridFeatures.NAME -> {
                GridFeatures features = GridFeatures.of(serving(signature));
                yield new FeatureReader(name, features.count(), new Grid(features));
            }
            case TokenFeatures.NAME -> new FeatureReader(name, TokenFeatures.COUNT, new Tokens());
            case ValueFeatures.NAME -> {
                ValueFeatures features = ValueFeatures.of(serving(signature));
                yield new FeatureReader(name, features.count(), new Values(features));
            }
            default -> throw new IllegalArgumentException("there are no features '" + name + "'");
        };
    }

    /** The first set of features that fits a model; empty if none does. */
    public static Optional<String> fitting(Signature signature) {
        for (ValueInfo input : signature.inputs()) {
            if (input.name().equals(Tokens.IDS) && input.type().equals("int64")) {
                return Optional.of(TokenFeatures.NAME);
            }
            if (Images.isImage(input)) {
                return Optional.of(ImageFeatures.NAME);
            }
        }
        return ValueFeatures.obstacle(serving(signature)).isEmpty()
                ? Optional.of(ValueFeatures.NAME)
                : Optional.empty();
    }

    private static ModelSignature serving(Signature signature) {
        return new ModelSignature(specs(signature.inputs()), specs(signature.outputs()), Optional.empty());
    }

    private static List<TensorSpec> specs(List<ValueInfo> values) {
        List<TensorSpec> specs = new ArrayList<>();
        for (ValueInfo value : values) {
            List<Dimension> shape = value.shape();
            if (shape == null) {
                throw new IllegalArgumentException("the shape of " + value.name() + " is unknown");
            }
            List<Long> dimensions = shape.stream()
                    .map(each -> each.isFixed() ? each.size() : TensorSpec.ANY)
                    .toList();
            specs.add(new TensorSpec(value.name(), type(value.type()), dimensions));
        }
        return specs;
    }

    private static ElementType type(String name) {
        for (ElementType type : List.of(
                ElementType.INT64, ElementType.FLOAT32, ElementType.INT32, ElementType.FLOAT64, ElementType.UINT8)) {
            if (type.name().equals(name)) {
                return type;
            }
        }
        // Of no use to any features; the width does not matter.
        return new ElementType(name, 0);
    }

    /** As model files name it. */
    public String name() {
        return name;
    }

    public int count() {
        return count;
    }

    /** The features of each example. */
    public float[][] read(Examples examples) {
        float[][] features = new float[examples.size()][count];
        for (int first = 0; first < features.length; first += BATCH) {
            int[] rows = new int[Math.min(BATCH, features.length - first)];
            for (int i = 0; i < rows.length; i++) {
                rows[i] = first + i;
            }
            Map<String, HostTensor> inputs = examples.inputs(rows);
            Rows batch = kind.open(inputs, rows.length);
            for (int i = 0; i < rows.length; i++) {
                batch.compute(i, features[first + i]);
            }
            inputs.values().forEach(HostTensor::close);
        }
        return features;
    }

    /** What computing the features of one example costs; for sequences that of the longest one. */
    public long flopsPerRow(Examples examples) {
        int longest = 0;
        for (int row = 1; row < examples.size(); row++) {
            longest = examples.length(row) > examples.length(longest) ? row : longest;
        }
        Map<String, HostTensor> inputs = examples.inputs(new int[] {longest});
        long flops = kind.flopsPerRow(inputs);
        inputs.values().forEach(HostTensor::close);
        return flops;
    }

    private static Tensor required(Map<String, ? extends Tensor> inputs, String name) {
        Tensor tensor = inputs.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException("the examples have no input " + name + " but " + inputs.keySet());
        }
        return tensor;
    }

    private static final class Images implements Kind {
        private final String input;

        Images(Signature signature) {
            this.input = signature.inputs().stream()
                    .filter(Images::isImage)
                    .map(ValueInfo::name)
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("the model takes no image"));
        }

        static boolean isImage(ValueInfo value) {
            List<Dimension> shape = value.shape();
            return value.type().equals("float32") && shape != null && shape.size() == 4;
        }

        @Override
        public Rows open(Map<String, ? extends Tensor> inputs, int rows) {
            Tensor tensor = required(inputs, input);
            Shape shape = tensor.shape();
            int channels = (int) shape.dimension(1);
            int height = (int) shape.dimension(2);
            int width = (int) shape.dimension(3);
            int size = channels * height * width;
            float[] pixels = new float[rows * size];
            tensor.buffer().asFloatBuffer().get(pixels);
            return (row, out) -> ImageFeatures.compute(pixels, row * size, width, height, channels, out);
        }

        @Override
        public long flopsPerRow(Map<String, ? extends Tensor> inputs) {
            return IMAGE_FLOPS_PER_PIXEL * required(inputs, input).shape().elementCount();
        }
    }

    private record Grid(GridFeatures features) implements Kind {
        @Override
        public Rows open(Map<String, ? extends Tensor> inputs, int rows) {
            GridFeatures.Batch batch = features.open(inputs, rows);
            return batch::compute;
        }

        @Override
        public long flopsPerRow(Map<String, ? extends Tensor> inputs) {
            return GRID_FLOPS_PER_VALUE * features.values();
        }
    }

    private static final class Tokens implements Kind {
        static final String IDS = "input_ids";
        private static final String MASK = "attention_mask";

        @Override
        public Rows open(Map<String, ? extends Tensor> inputs, int rows) {
            long[] ids = longs(required(inputs, IDS));
            Tensor given = inputs.get(MASK);
            long @Nullable [] mask = given == null ? null : longs(given);
            int length = ids.length / rows;
            long[] attended = new long[length];
            return (row, out) -> {
                int used = 0;
                for (int at = row * length; at < (row + 1) * length; at++) {
                    if (mask == null || mask[at] != 0) {
                        attended[used++] = ids[at];
                    }
                }
                TokenFeatures.compute(attended, used, out);
            };
        }

        private static long[] longs(Tensor tensor) {
            long[] values = new long[(int) tensor.shape().elementCount()];
            tensor.buffer().asLongBuffer().get(values);
            return values;
        }

        @Override
        public long flopsPerRow(Map<String, ? extends Tensor> inputs) {
            return TOKEN_FLOPS * required(inputs, IDS).shape().elementCount();
        }
    }

    /** Copies, which is no arithmetic; one operation is counted for each. */
    private record Values(ValueFeatures features) implements Kind {
        @Override
        public Rows open(Map<String, ? extends Tensor> inputs, int rows) {
            ValueFeatures.Batch batch = features.open(inputs, rows);
            return batch::compute;
        }

        @Override
        public long flopsPerRow(Map<String, ? extends Tensor> inputs) {
            return features.count();
        }
    }
}
