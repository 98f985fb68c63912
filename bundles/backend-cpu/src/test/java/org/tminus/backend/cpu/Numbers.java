/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.backend.cpu;

import static org.tminus.backend.cpu.GraphWriter.attribute;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.platform.Fp16Conversions;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The numbers that a graph computes with; makes them of float32, as quantisers and converters do. Names of values stay. */
enum Numbers {
    FLOAT32,
    /** Weights int8, activations uint8 with a fixed range, through pairs of operators. */
    QDQ,
    /** Weights int8 with a scale for each column, activations as in {@link #QDQ}. */
    QDQ_PER_CHANNEL,
    /** Weights int8, activations with the range that they have in the run. */
    DYNAMIC,
    /** Everything float16 but for inputs and outputs. */
    FLOAT16,
    /** Outputs too. */
    FLOAT16_SCORES,
    /** Weights of layers and the sums of the residual stream bfloat16. */
    BFLOAT16;

    private static final int FLOAT = 1;
    private static final int UINT8_TYPE = 2;
    private static final int INT8_TYPE = 3;
    private static final int FLOAT16_TYPE = 10;
    private static final int BFLOAT16_TYPE = 16;

    /** The range is that of normalised values. */
    private static final float SCALE = 12 / 255f;

    boolean isQuantised() {
        return this == QDQ || this == QDQ_PER_CHANNEL || this == DYNAMIC;
    }

    /** The graph with these numbers. */
    GraphProto of(GraphProto graph) {
        if (this == FLOAT32) {
            return graph;
        }
        Rewriter rewriter = new Rewriter(this, graph);
        for (NodeProto node : graph.getNodeList()) {
            switch (this) {
                case DYNAMIC -> rewriter.dynamic(node);
                case FLOAT16, FLOAT16_SCORES -> rewriter.half(node);
                case BFLOAT16 -> rewriter.brain(node);
                default -> rewriter.pairs(node);
            }
        }
        return rewriter.target.build();
    }

    private static final class Rewriter {
        private final Numbers numbers;
        private final GraphProto.Builder target = GraphProto.newBuilder().setName("graph");
        private final Map<String, TensorProto> weights = new HashMap<>();
        private final Map<String, String> made = new HashMap<>();
        private final Map<String, String> read = new HashMap<>();

        Rewriter(Numbers numbers, GraphProto graph) {
            this.numbers = numbers;
            graph.getInitializerList().forEach(tensor -> weights.put(tensor.getName(), tensor));
            boolean half = numbers == FLOAT16 || numbers == FLOAT16_SCORES;
            target.addAllInput(graph.getInputList());
            for (ValueInfoProto input : graph.getInputList()) {
                if (half && input.getType().getTensorType().getElemType() == FLOAT) {
                    read.put(input.getName(), cast(input.getName(), FLOAT16_TYPE));
                }
            }
            for (ValueInfoProto output : graph.getOutputList()) {
                ValueInfoProto.Builder copy = output.toBuilder();
                if (numbers == FLOAT16_SCORES) {
                    copy.getTypeBuilder().getTensorTypeBuilder().setElemType(FLOAT16_TYPE);
                } else if (numbers == FLOAT16) {
                    read.put(output.getName(), output.getName() + ".half");
                }
                target.addOutput(copy);
            }
        }

        private boolean isFloat(String name) {
            TensorProto tensor = weights.get(name);
            return tensor != null && tensor.getDataType() == FLOAT;
        }

        private boolean isProduct(NodeProto node) {
            return node.getOpType().equals("MatMul") && isFloat(node.getInput(1));
        }

        private String op(String type, List<String> inputs, AttributeProto... attributes) {
            String output = "small." + target.getNodeCount();
            target.addNode(NodeProto.newBuilder()
                    .setOpType(type)
                    .addAllInput(inputs)
                    .addOutput(output)
                    .addAllAttribute(List.of(attributes)));
            return output;
        }

        private String cast(String value, int type) {
            return op("Cast", List.of(value), attribute("to", type));
        }

        private String tensor(String name, int type, byte[] raw, long... dims) {
            if (made.put("tensor " + name, name) == null) {
                target.addInitializer(TensorProto.newBuilder()
                        .setName(name)
                        .setDataType(type)
                        .addAllDims(Arrays.stream(dims).boxed().toList())
                        .setRawData(ByteString.copyFrom(raw)));
            }
            return name;
        }

        private String floats(String name, float... values) {
            ByteBuffer raw = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
            raw.asFloatBuffer().put(values);
            return tensor(name, FLOAT, raw.array(), values.length == 1 ? new long[0] : new long[] {values.length});
        }

        private String kept(String name) {
            TensorProto tensor = weights.get(name);
            if (tensor != null && made.put("tensor " + name, name) == null) {
                target.addInitializer(tensor);
            }
            return read.getOrDefault(name, name);
        }

        private static float[] floats(TensorProto tensor) {
            float[] values = new float[tensor.getRawData().size() / 4 + tensor.getFloatDataCount()];
            for (int i = 0; i < values.length; i++) {
                values[i] = tensor.getFloatDataCount() > 0
                        ? tensor.getFloatData(i)
                        : tensor.getRawData()
                                .asReadOnlyByteBuffer()
                                .order(ByteOrder.LITTLE_ENDIAN)
                                .getFloat(4 * i);
            }
            return values;
        }

        /** A weight, its scale, its zero point, which all weights share. */
        private List<String> int8(String name) {
            TensorProto tensor = weights.get(name);
            float[] values = floats(tensor);
            boolean perChannel = numbers == QDQ_PER_CHANNEL;
            int channels = perChannel ? (int) tensor.getDims(tensor.getDimsCount() - 1) : 1;
            float[] scales = new float[channels];
            for (int i = 0; i < values.length; i++) {
                // Seven bits, so that sums of products overflow on no processor.
                scales[i % channels] = Math.max(scales[i % channels], Math.abs(values[i]) / 63);
            }
            byte[] small = new byte[values.length];
            for (int i = 0; i < small.length; i++) {
                small[i] = (byte) Math.round(values[i] / scales[i % channels]);
            }
            return List.of(
                    tensor(name + ".int8", INT8_TYPE, small, dims(tensor)),
                    floats(name + ".scale", scales),
                    perChannel
                            ? tensor("zeros." + channels, INT8_TYPE, new byte[channels], channels)
                            : tensor("zero", INT8_TYPE, new byte[1]));
        }

        private static long[] dims(TensorProto tensor) {
            return tensor.getDimsList().stream().mapToLong(Long::longValue).toArray();
        }

        private List<String> activation(String value) {
            return List.of(value, floats("small.scale", SCALE), tensor("small.zero", UINT8_TYPE, new byte[] {117}));
        }

        void pairs(NodeProto node) {
            NodeProto.Builder copy = node.toBuilder();
            boolean rounds = node.getOpType().equals("MatMul")
                    || (node.getOpType().equals("Add")
                            && node.getInputList().stream().noneMatch(weights::containsKey));
            for (int i = 0; i < node.getInputCount(); i++) {
                String input = node.getInput(i);
                if (rounds && isFloat(input)) {
                    AttributeProto[] axis = numbers == QDQ_PER_CHANNEL
                            ? new AttributeProto[] {attribute("axis", 1)}
                            : new AttributeProto[0];
                    copy.setInput(i, op("DequantizeLinear", int8(input), axis));
                } else {
                    copy.setInput(i, rounds ? rounded(input) : read.getOrDefault(input, kept(input)));
                }
            }
            target.addNode(copy);
            if (rounds) {
                rounded(node.getOutput(0));
            }
        }

        /** Every operator that comes after reads the rounded value. */
        private String rounded(String value) {
            if (!read.containsKey(value)) {
                String whole = op("QuantizeLinear", activation(value));
                read.put(value, op("DequantizeLinear", activation(whole)));
            }
            return read.get(value);
        }

        void dynamic(NodeProto node) {
            if (!isProduct(node)) {
                copy(node);
                return;
            }
            String input = kept(node.getInput(0));
            String whole = input + ".whole";
            if (made.put(whole, whole) == null) {
                target.addNode(NodeProto.newBuilder()
                        .setOpType("DynamicQuantizeLinear")
                        .addInput(input)
                        .addAllOutput(List.of(whole, whole + ".scale", whole + ".zero")));
            }
            List<String> weight = int8(node.getInput(1));
            String product = op("MatMulInteger", List.of(whole, weight.get(0), whole + ".zero", weight.get(2)));
            String scale = op("Mul", List.of(whole + ".scale", weight.get(1)));
            target.addNode(NodeProto.newBuilder()
                    .setOpType("Mul")
                    .addAllInput(List.of(cast(product, FLOAT), scale))
                    .addOutput(node.getOutput(0)));
        }

        private void copy(NodeProto node) {
            NodeProto.Builder copy = node.toBuilder();
            for (int i = 0; i < node.getInputCount(); i++) {
                copy.setInput(i, kept(node.getInput(i)));
            }
            target.addNode(copy);
        }

        void half(NodeProto node) {
            NodeProto.Builder copy = node.toBuilder();
            for (int i = 0; i < node.getInputCount(); i++) {
                String input = node.getInput(i);
                copy.setInput(i, isFloat(input) ? half(input, FLOAT16_TYPE) : kept(input));
            }
            for (AttributeProto.Builder attribute : copy.getAttributeBuilderList()) {
                if (attribute.getName().equals("to")) {
                    attribute.setI(FLOAT16_TYPE);
                }
            }
            String output = node.getOutput(0);
            target.addNode(copy.setOutput(0, read.getOrDefault(output, output)));
            if (read.containsKey(output)) {
                target.addNode(NodeProto.newBuilder()
                        .setOpType("Cast")
                        .addInput(read.get(output))
                        .addOutput(output)
                        .addAttribute(attribute("to", FLOAT)));
            }
        }

        private String half(String name, int type) {
            TensorProto tensor = weights.get(name);
            float[] values = floats(tensor);
            ByteBuffer raw = ByteBuffer.allocate(2 * values.length).order(ByteOrder.LITTLE_ENDIAN);
            for (float value : values) {
                raw.putShort(
                        type == FLOAT16_TYPE
                                ? Fp16Conversions.floatToFp16(value)
                                : (short) (Float.floatToRawIntBits(value) >>> 16));
            }
            return tensor(name + ".half", type, raw.array(), dims(tensor));
        }

        /** Every operator casts for itself what it reads of the stream, as exporters write it. */
        void brain(NodeProto node) {
            NodeProto.Builder copy = node.toBuilder();
            for (int i = 0; i < node.getInputCount(); i++) {
                String input = node.getInput(i);
                boolean small = isProduct(node) && isFloat(input);
                String value = small ? half(input, BFLOAT16_TYPE) : kept(input);
                copy.setInput(i, small || made.containsKey("brain " + input) ? cast(value, FLOAT) : value);
            }
            boolean stream = node.getOutput(0).endsWith(".out");
            if (!stream) {
                target.addNode(copy);
                return;
            }
            String output = node.getOutput(0);
            target.addNode(copy.setOutput(0, output + ".real"));
            target.addNode(NodeProto.newBuilder()
                    .setOpType("Cast")
                    .addInput(output + ".real")
                    .addOutput(output)
                    .addAttribute(attribute("to", BFLOAT16_TYPE)));
            made.put("brain " + output, output);
        }
    }
}
