/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.backend.cpu;

import static org.tminus.backend.cpu.GraphWriter.attribute;

import ai.onnxruntime.platform.Fp16Conversions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.osgi.framework.Version;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.AdaptiveModelBuilder;
import org.tminus.model.Cost;
import org.tminus.model.ExitId;
import org.tminus.model.HiddenState;
import org.tminus.model.LayerId;
import org.tminus.model.ModelSignature;
import org.tminus.model.SequenceAxis;
import org.tminus.model.TensorSpec;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;
import org.tminus.tensor.Tensor;

/** Makes models of the kinds that the platform is for, with random weights. */
final class TestModels {
    static final int CLASSES = 10;
    static final int VOCABULARY = 50;

    /** What a step of int8 pixels and scores is. */
    private static final float SCALE = 1 / 32f;

    /** How a model is made. */
    record Options(
            int layers,
            int tokens,
            int width,
            boolean externalData,
            boolean random,
            int unskippable,
            Numbers numbers,
            ElementType ends) {
        static Options small() {
            return new Options(4, 5, 16, false, false, -1, Numbers.FLOAT32, ElementType.FLOAT32);
        }

        Options withExternalData() {
            return new Options(layers, tokens, width, true, random, unskippable, numbers, ends);
        }

        /** Of the model itself; exits stay in float32. */
        Options with(Numbers other) {
            return new Options(layers, tokens, width, externalData, random, unskippable, other, ends);
        }

        /** Pixels and scores of another type: float16, bfloat16 or int8. Exits answer in float32, or int8 as well. */
        Options withEnds(ElementType type) {
            return new Options(layers, tokens, width, externalData, random, unskippable, numbers, type);
        }

        /** The last layer adds noise, so that no two runs agree. */
        Options withNoise() {
            return new Options(layers, tokens, width, externalData, true, unskippable, numbers, ends);
        }

        Options withUnskippable(int layer) {
            return new Options(layers, tokens, width, externalData, random, layer, numbers, ends);
        }

        Options sized(int count, int length, int features) {
            return new Options(count, length, features, externalData, random, unskippable, numbers, ends);
        }
    }

    private TestModels() {}

    /** Image-like: input [batch, 1, tokens, width], fixed tokens, layers with normalisation before each half. */
    static AdaptiveModel vision(Path folder, Options options) throws IOException {
        int tokens = options.tokens();
        int width = options.width();
        GraphWriter graph =
                new GraphWriter(1, options.numbers()).input("pixels", code(options.ends()), "batch", 1, tokens, width);
        String flat = graph.node(
                "Reshape",
                List.of(real(graph, "pixels", options.ends()), graph.longs("tokens.shape", -1, tokens, width)));
        String embedded = graph.node("MatMul", List.of(flat, graph.weight("embed", width, width)));
        graph.node("Add", List.of(embedded, graph.weight("positions", tokens, width)), "stem.out");
        String hidden = "stem.out";
        for (int layer = 0; layer < options.layers(); layer++) {
            hidden = preNormLayer(graph, hidden, layer, options);
        }
        String normal = normalise(graph, hidden, "tail", width);
        String pooled =
                graph.node("ReduceMean", List.of(normal), attribute("axes", new long[] {1}), attribute("keepdims", 0));
        String scores = graph.node("MatMul", List.of(pooled, graph.weight("head", width, CLASSES)));
        String real = graph.node("Add", List.of(scores, graph.weight("head.bias", CLASSES)), ends(options, "logits"));
        narrow(graph, real, "logits", options.ends());
        graph.output("logits", code(options.ends()), "batch", CLASSES);
        TensorSpec pixels =
                new TensorSpec("pixels", options.ends(), List.of(TensorSpec.ANY, 1L, (long) tokens, (long) width));
        ModelSignature signature = new ModelSignature(List.of(pixels), List.of(logits(options)), Optional.empty());
        return finish(folder, "vision", options, graph, visionExits(options), signature, List.of(), tokens);
    }

    private static TensorSpec logits(Options options) {
        ElementType type = options.numbers() == Numbers.FLOAT16_SCORES ? ElementType.FLOAT16 : options.ends();
        return new TensorSpec("logits", type, List.of(TensorSpec.ANY, (long) CLASSES));
    }

    private static int code(ElementType type) {
        return switch (type.name()) {
            case "int8" -> 3;
            case "float16" -> 10;
            case "bfloat16" -> 16;
            default -> 1;
        };
    }

    /** The name of a value that is narrowed to one of this name, if it is. */
    private static String ends(Options options, String name) {
        return options.ends().equals(ElementType.FLOAT32) ? name : name + ".real";
    }

    private static String real(GraphWriter graph, String value, ElementType type) {
        if (type.equals(ElementType.FLOAT32)) {
            return value;
        }
        return type.equals(ElementType.INT8)
                ? graph.node(
                        "DequantizeLinear", List.of(value, graph.scalar("ends.scale", SCALE), graph.int8("ends.zero")))
                : graph.node("Cast", List.of(value), attribute("to", 1));
    }

    private static void narrow(GraphWriter graph, String real, String name, ElementType type) {
        if (type.equals(ElementType.INT8)) {
            graph.node(
                    "QuantizeLinear",
                    List.of(real, graph.scalar(name + ".scale", SCALE), graph.int8(name + ".zero")),
                    name);
        } else if (!type.equals(ElementType.FLOAT32)) {
            graph.node("Cast", List.of(real), name, attribute("to", code(type)));
        }
    }

    private static GraphWriter visionExits(Options options) {
        int width = options.width();
        GraphWriter exits = new GraphWriter(2);
        for (int layer = 0; layer < options.layers() - 1; layer++) {
            String input = "exit." + layer + ".hidden";
            exits.input(input, 1, "batch", options.tokens(), width);
            String normal = normalise(exits, input, "exit." + layer, width);
            String pooled = exits.node(
                    "ReduceMean", List.of(normal), attribute("axes", new long[] {1}), attribute("keepdims", 0));
            boolean whole = options.ends().equals(ElementType.INT8);
            String logits = "exit." + layer + ".logits";
            String real = exits.node(
                    "MatMul",
                    List.of(pooled, exits.weight("exit." + layer + ".head", width, CLASSES)),
                    whole ? logits + ".real" : logits);
            narrow(exits, real, logits, whole ? ElementType.INT8 : ElementType.FLOAT32);
            exits.output(logits, whole ? code(ElementType.INT8) : 1, "batch", CLASSES);
        }
        return exits;
    }

    /**
     * Text-like: ids and mask of [batch, length], a mask as side value that every layer reads, layers with
     * normalisation after each half, exits that read the mask.
     */
    static AdaptiveModel encoder(Path folder, Options options) throws IOException {
        int width = options.width();
        GraphWriter graph = new GraphWriter(3, options.numbers())
                .input("input_ids", 7, "batch", "length")
                .input("attention_mask", 7, "batch", "length");
        String embedded = graph.node("Gather", List.of(graph.weight("words", VOCABULARY, width), "input_ids"));
        normalise(graph, embedded, "embeddings", width, "stem.out");
        String mask = graph.node("Cast", List.of("attention_mask"), attribute("to", 1));
        String missing = graph.node("Sub", List.of(graph.floats("one", 1), mask));
        String bias = graph.node("Mul", List.of(missing, graph.floats("low", -10_000)));
        graph.node("Unsqueeze", List.of(bias, graph.longs("mask.axes", 1)), "mask.bias");
        String hidden = "stem.out";
        for (int layer = 0; layer < options.layers(); layer++) {
            hidden = postNormLayer(graph, hidden, layer, options);
        }
        graph.node(
                "MatMul", List.of(maskedMean(graph, hidden, "tail"), graph.weight("head", width, CLASSES)), "logits");
        graph.output("logits", 1, "batch", CLASSES);
        List<TensorSpec> inputs = new ArrayList<>();
        for (String name : List.of("input_ids", "attention_mask")) {
            inputs.add(new TensorSpec(name, ElementType.INT64, List.of(TensorSpec.ANY, TensorSpec.ANY)));
        }
        ModelSignature signature =
                new ModelSignature(inputs, List.of(logits(options)), Optional.of(new SequenceAxis("input_ids", 1, 64)));
        return finish(
                folder,
                "encoder",
                options,
                graph,
                encoderExits(options),
                signature,
                List.of("mask.bias"),
                TensorSpec.ANY);
    }

    private static GraphWriter encoderExits(Options options) {
        int width = options.width();
        GraphWriter exits = new GraphWriter(4).input("attention_mask", 7, "batch", "length");
        for (int layer = 0; layer < options.layers() - 1; layer++) {
            String input = "exit." + layer + ".hidden";
            exits.input(input, 1, "batch", "length", width);
            exits.node(
                    "MatMul",
                    List.of(
                            maskedMean(exits, input, "exit." + layer),
                            exits.weight("exit." + layer + ".head", width, CLASSES)),
                    "exit." + layer + ".logits");
            exits.output("exit." + layer + ".logits", 1, "batch", CLASSES);
        }
        return exits;
    }

    private static String maskedMean(GraphWriter graph, String hidden, String prefix) {
        String mask = graph.node("Cast", List.of("attention_mask"), attribute("to", 1));
        String column = graph.node("Unsqueeze", List.of(mask, graph.longs(prefix + ".column", 2)));
        String kept = graph.node("Mul", List.of(hidden, column));
        String axes = graph.longs(prefix + ".axes", 1);
        String sum = graph.node("ReduceSum", List.of(kept, axes), attribute("keepdims", 0));
        String count = graph.node("ReduceSum", List.of(column, axes), attribute("keepdims", 0));
        return graph.node("Div", List.of(sum, count));
    }

    private static String preNormLayer(GraphWriter graph, String input, int layer, Options options) {
        String prefix = "layer." + layer;
        int width = options.width();
        String attended = attention(graph, normalise(graph, input, prefix + ".norm1", width), prefix, options, "");
        String middle = graph.node("Add", List.of(input, attended));
        String output = prefix + ".out";
        String fed = feedForward(graph, normalise(graph, middle, prefix + ".norm2", width), prefix, width);
        if (options.random() && layer == options.layers() - 1) {
            fed = graph.node("Add", List.of(fed, graph.node("RandomNormalLike", List.of(fed))));
        }
        return graph.node("Add", List.of(middle, fed), output);
    }

    private static String postNormLayer(GraphWriter graph, String input, int layer, Options options) {
        String prefix = "layer." + layer;
        int width = options.width();
        String attended = attention(graph, input, prefix, options, "mask.bias");
        String middle = normalise(graph, graph.node("Add", List.of(input, attended)), prefix + ".norm1", width);
        String fed = feedForward(graph, middle, prefix, width);
        return normalise(graph, graph.node("Add", List.of(middle, fed)), prefix + ".norm2", width, prefix + ".out");
    }

    private static String attention(GraphWriter graph, String input, String prefix, Options options, String mask) {
        int width = options.width();
        String query = graph.node("MatMul", List.of(input, graph.weight(prefix + ".q", width, width)));
        String key = graph.node("MatMul", List.of(input, graph.weight(prefix + ".k", width, width)));
        String value = graph.node("MatMul", List.of(input, graph.weight(prefix + ".v", width, width)));
        String turned = graph.node("Transpose", List.of(key), attribute("perm", new long[] {0, 2, 1}));
        String raw = graph.node("MatMul", List.of(query, turned));
        String scores =
                graph.node("Mul", List.of(raw, graph.floats(prefix + ".scale", (float) (1 / Math.sqrt(width)))));
        String masked = mask.isEmpty() ? scores : graph.node("Add", List.of(scores, mask));
        String weights = graph.node("Softmax", List.of(masked), attribute("axis", -1));
        String mixed = graph.node("MatMul", List.of(weights, value));
        return graph.node("MatMul", List.of(mixed, graph.weight(prefix + ".proj", width, width)));
    }

    private static String feedForward(GraphWriter graph, String input, String prefix, int width) {
        String wide = graph.node("MatMul", List.of(input, graph.weight(prefix + ".fc1", width, 4 * width)));
        String biased = graph.node("Add", List.of(wide, graph.weight(prefix + ".fc1.bias", 4 * width)));
        String active = graph.node("Relu", List.of(biased));
        return graph.node("MatMul", List.of(active, graph.weight(prefix + ".fc2", 4 * width, width)));
    }

    private static String normalise(GraphWriter graph, String input, String prefix, int width) {
        return normalise(graph, input, prefix, width, prefix + ".normal");
    }

    private static String normalise(GraphWriter graph, String input, String prefix, int width, String output) {
        String scale = graph.weight(prefix + ".gamma", width);
        String shift = graph.weight(prefix + ".beta", width);
        return graph.node("LayerNormalization", List.of(input, scale, shift), output, attribute("axis", -1));
    }

    private static AdaptiveModel finish(
            Path folder,
            String name,
            Options options,
            GraphWriter graph,
            GraphWriter exits,
            ModelSignature signature,
            List<String> sideValues,
            long tokens)
            throws IOException {
        Path modelFile = folder.resolve("model.onnx");
        if (options.externalData()) {
            graph.writeWithData(modelFile);
        } else {
            graph.write(modelFile);
        }
        exits.write(folder.resolve("exits.onnx"));
        int width = options.width();
        Cost layerCost = Cost.of(new double[] {24.0 * width * width}, 48L * width * width, new double[] {width * 4.0});
        AdaptiveModelBuilder builder = new AdaptiveModelBuilder(name, new Version(1, 0, 0))
                .signature(signature)
                .stem("stem.out", sideValues, Cost.of(new double[] {width}, 4L * width * width, new double[] {width}))
                .hidden(new HiddenState(
                        hidden(options.numbers()), tokens, width, sideValues.isEmpty() ? "mean" : "first"))
                .file("model.onnx", modelFile)
                .file("exits.onnx", folder.resolve("exits.onnx"));
        if (options.externalData()) {
            builder.file("model.onnx.data", folder.resolve("model.onnx.data"));
        }
        String before = "stem.out";
        for (int layer = 0; layer < options.layers(); layer++) {
            String after = "layer." + layer + ".out";
            Optional<String> obstacle =
                    layer == options.unskippable() ? Optional.of("A later layer needs it.") : Optional.empty();
            builder.layer(new LayerId("layer." + layer), before, after, obstacle, List.of(), layerCost);
            before = after;
        }
        for (int layer = 0; layer < options.layers() - 1; layer++) {
            String id = "exit." + layer;
            builder.exit(
                    new ExitId(id),
                    Optional.of(new LayerId("layer." + layer)),
                    "exits.onnx",
                    id + ".hidden",
                    Map.of("logits", id + ".logits"),
                    Cost.ZERO);
        }
        LayerId last = new LayerId("layer." + (options.layers() - 1));
        builder.exit(ExitId.FINAL, Optional.of(last), "model.onnx", before, Map.of("logits", "logits"), Cost.ZERO);
        return builder.build();
    }

    private static ElementType hidden(Numbers numbers) {
        return switch (numbers) {
            case FLOAT16, FLOAT16_SCORES -> ElementType.FLOAT16;
            case BFLOAT16 -> ElementType.BFLOAT16;
            default -> ElementType.FLOAT32;
        };
    }

    /** Random inputs for either model. The first token of every row is never masked. */
    static Map<String, Tensor> inputs(AdaptiveModel model, int rows, long seed) {
        Random random = new Random(seed);
        Map<String, Tensor> inputs = new HashMap<>();
        int length = 3 + random.nextInt(6);
        for (TensorSpec spec : model.signature().inputs()) {
            long[] dimensions =
                    spec.dimensions().stream().mapToLong(Long::longValue).toArray();
            dimensions[0] = rows;
            for (int axis = 1; axis < dimensions.length; axis++) {
                dimensions[axis] = dimensions[axis] == TensorSpec.ANY ? length : dimensions[axis];
            }
            Shape shape = Shape.of(dimensions);
            int count = (int) shape.elementCount();
            if (spec.elementType().equals(ElementType.FLOAT32)) {
                float[] values = new float[count];
                for (int i = 0; i < count; i++) {
                    values[i] = (float) random.nextGaussian();
                }
                inputs.put(spec.name(), HostTensor.ofFloats(shape, values));
            } else if (!spec.elementType().equals(ElementType.INT64)) {
                inputs.put(spec.name(), narrow(spec.elementType(), shape, random));
            } else {
                long[] values = new long[count];
                for (int i = 0; i < count; i++) {
                    values[i] = spec.name().equals("attention_mask")
                            ? (i % length == 0 || random.nextInt(3) > 0 ? 1 : 0)
                            : random.nextInt(VOCABULARY);
                }
                inputs.put(spec.name(), HostTensor.ofLongs(shape, values));
            }
        }
        return inputs;
    }

    private static HostTensor narrow(ElementType type, Shape shape, Random random) {
        HostTensor tensor = HostTensor.allocate(type, shape);
        ByteBuffer buffer = tensor.writableBuffer();
        while (buffer.hasRemaining()) {
            float value = (float) random.nextGaussian();
            switch (type.name()) {
                case "int8" -> buffer.put((byte) Math.max(-128, Math.min(127, Math.round(value / SCALE))));
                case "float16" -> buffer.putShort(Fp16Conversions.floatToFp16(value));
                default -> buffer.putShort(Fp16Conversions.floatToBf16(value));
            }
        }
        return tensor;
    }
}
