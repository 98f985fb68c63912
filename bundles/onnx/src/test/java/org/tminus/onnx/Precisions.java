/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx;

import static org.tminus.onnx.GraphMaker.FLOAT;
import static org.tminus.onnx.GraphMaker.integer;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.OrtException;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tminus.onnx.Ort.Tensor;

/** Writes float32 models anew with fewer bits, as the usual quantisers and converters do. Names of new values are numbers as well. */
final class Precisions {
    private static final int UINT8 = 2;
    private static final int INT8 = 3;
    private static final int FLOAT16 = 10;
    private static final int BFLOAT16 = 16;
    private static final String MICROSOFT = "com.microsoft";

    /** What a model is made into. */
    enum Kind {
        /** int8 weights with one scale each; uint8 activations with ranges found beforehand, also of the state between layers. */
        QDQ,
        /** The same with a scale for each column of a weight. */
        QDQ_PER_CHANNEL,
        /** int8 weights; activations are quantised with the range that they have in the run. */
        DYNAMIC,
        /** Products of integers as operators of their own; everything else in float32. */
        INTEGER_PRODUCTS,
        /** The same, and sums and soft-max of integers: the residual stream is uint8. */
        INTEGER_STREAM,
        /** All weights and activations float16, inputs and outputs float32. */
        FLOAT16,
        /** The same, inputs and outputs too. */
        FLOAT16_ENDS,
        /** Weights stored as float16, computed with in float32. */
        FLOAT16_WEIGHTS,
        /** Weights and residual stream in bfloat16, computed with in float32. */
        BFLOAT16_STREAM,
        /** All weights and activations bfloat16, which ONNX Runtime has no products for on a CPU. */
        BFLOAT16;

        /**
         * Whether each part computes to the bit what it computes in the whole: float16 is not, where it is rounded only at the ends of a graph.
         */
        boolean isExact() {
            return this != FLOAT16 && this != FLOAT16_ENDS;
        }

        boolean isWholeNumbers() {
            return switch (this) {
                case QDQ, QDQ_PER_CHANNEL, DYNAMIC, INTEGER_PRODUCTS, INTEGER_STREAM -> true;
                default -> false;
            };
        }
    }

    private final ModelProto source;
    private final GraphProto.Builder target = GraphProto.newBuilder().setName("test");
    private final Map<String, TensorProto> weights = new HashMap<>();
    private final Map<String, float[]> ranges;
    private final Map<String, String> made = new HashMap<>();
    private boolean microsoft;
    private int next;

    private Precisions(ModelProto source, Map<String, float[]> ranges) {
        this.source = source;
        this.ranges = ranges;
        source.getGraph().getInitializerList().forEach(tensor -> weights.put(tensor.getName(), tensor));
    }

    /** @param sample from which the ranges of activations are taken */
    static byte[] of(Kind kind, ModelProto source, Map<String, Tensor> sample) throws OrtException {
        Precisions writer = new Precisions(source, ranges(source, sample));
        ModelProto result =
                switch (kind) {
                    case QDQ -> writer.qdq(false);
                    case QDQ_PER_CHANNEL -> writer.qdq(true);
                    case DYNAMIC -> writer.dynamic();
                    case INTEGER_PRODUCTS -> writer.integers(false);
                    case INTEGER_STREAM -> writer.integers(true);
                    case FLOAT16 -> writer.half(Precisions.FLOAT16, false);
                    case FLOAT16_ENDS -> writer.half(Precisions.FLOAT16, true);
                    case FLOAT16_WEIGHTS -> writer.stored(Precisions.FLOAT16, false);
                    case BFLOAT16_STREAM -> writer.stored(Precisions.BFLOAT16, true);
                    case BFLOAT16 -> writer.half(Precisions.BFLOAT16, false);
                };
        return result.toByteArray();
    }

    /** Smallest and largest element of every float32 value that is computed, zero included. */
    private static Map<String, float[]> ranges(ModelProto source, Map<String, Tensor> sample) throws OrtException {
        ModelProto.Builder open = source.toBuilder();
        for (NodeProto node : source.getGraph().getNodeList()) {
            for (String output : node.getOutputList()) {
                if (source.getGraph().getOutputList().stream()
                        .noneMatch(known -> known.getName().equals(output))) {
                    open.getGraphBuilder().addOutput(ValueInfoProto.newBuilder().setName(output));
                }
            }
        }
        Map<String, Tensor> values = new HashMap<>(Ort.run(open.build().toByteArray(), sample));
        values.putAll(sample);
        Map<String, float[]> ranges = new HashMap<>();
        values.forEach((name, tensor) -> {
            if (tensor.data() instanceof float[] floats) {
                float[] range = new float[2];
                for (float value : floats) {
                    range[0] = Math.min(range[0], value);
                    range[1] = Math.max(range[1], value);
                }
                ranges.put(name, range);
            }
        });
        return ranges;
    }

    private ModelProto qdq(boolean perChannel) {
        copyEnds();
        Set<String> quantised = new HashSet<>();
        for (NodeProto node : source.getGraph().getNodeList()) {
            if (isQuantised(node)) {
                quantised.addAll(node.getInputList());
                quantised.addAll(node.getOutputList());
            }
        }
        quantised.retainAll(ranges.keySet());
        Map<String, String> renamed = new HashMap<>();
        source.getGraph().getInputList().forEach(input -> pair(input.getName(), quantised, renamed));
        for (NodeProto node : source.getGraph().getNodeList()) {
            NodeProto.Builder copy = node.toBuilder();
            for (int i = 0; i < node.getInputCount(); i++) {
                String input = node.getInput(i);
                if (isQuantised(node) && isFloatWeight(input)) {
                    copy.setInput(i, dequantised(input, perChannel && isProduct(node)));
                } else {
                    copy.setInput(i, renamed.getOrDefault(input, kept(input)));
                }
            }
            target.addNode(copy);
            node.getOutputList().forEach(output -> pair(output, quantised, renamed));
        }
        return model();
    }

    /** Products, soft-max, normalisation, tables, and sums other than those of small constants, such as of an epsilon. */
    private boolean isQuantised(NodeProto node) {
        return switch (node.getOpType()) {
            case "MatMul", "Softmax", "LayerNormalization" -> true;
            case "Gather" -> isFloatWeight(node.getInput(0));
            case "Add" -> node.getInputList().stream().noneMatch(this::isSingle);
            default -> false;
        };
    }

    private boolean isSingle(String name) {
        TensorProto tensor = weights.get(name);
        return tensor != null && tensor.getDimsCount() == 0;
    }

    private boolean isProduct(NodeProto node) {
        return node.getOpType().equals("MatMul") && isFloatWeight(node.getInput(1));
    }

    private boolean isFloatWeight(String name) {
        TensorProto tensor = weights.get(name);
        return tensor != null && tensor.getDataType() == FLOAT;
    }

    private void pair(String value, Set<String> quantised, Map<String, String> renamed) {
        if (quantised.contains(value)) {
            renamed.put(value, dequantise(quantise(value, value), value));
        }
    }

    /** The scale of a value's range; the zero point is that of {@link #zero}. */
    private String scale(String value) {
        return made.computeIfAbsent("scale of " + value, key -> {
            float[] range = ranges.get(value);
            return floats(Math.max(1e-6f, (range[1] - range[0]) / 255));
        });
    }

    private String zero(String value) {
        float[] range = ranges.get(value);
        float scale = Math.max(1e-6f, (range[1] - range[0]) / 255);
        int zero = Math.max(0, Math.min(255, Math.round(-range[0] / scale)));
        // Values with the same zero point share it.
        return made.computeIfAbsent("zero " + zero, key -> bytes(UINT8, (byte) zero));
    }

    private String quantise(String input, String value) {
        return op("QuantizeLinear", "", input, scale(value), zero(value));
    }

    private String dequantise(String input, String value) {
        return op("DequantizeLinear", "", input, scale(value), zero(value));
    }

    /** A weight as int8: its name, scale, zero point. Those that all weights share are made once. */
    private String[] int8(String name, boolean perChannel) {
        TensorProto tensor = weights.get(name);
        float[] values = floats(tensor);
        int channels = perChannel ? (int) tensor.getDims(tensor.getDimsCount() - 1) : 1;
        float[] scales = new float[channels];
        for (int i = 0; i < values.length; i++) {
            // Seven bits: where a processor lacks instructions for it, ONNX Runtime's sums of products of eight bits
            // overflow.
            scales[i % channels] = Math.max(scales[i % channels], Math.abs(values[i]) / 63);
        }
        byte[] small = new byte[values.length];
        for (int i = 0; i < small.length; i++) {
            small[i] = (byte) Math.round(values[i] / Math.max(1e-12f, scales[i % channels]));
        }
        String weight = made.computeIfAbsent("int8 " + perChannel + name, key -> add(tensor, INT8, small));
        String scale = made.computeIfAbsent(
                "scales " + perChannel + name, key -> perChannel ? vector(scales) : floats(scales[0]));
        String zero = made.computeIfAbsent(
                "int8 zeros " + (perChannel ? channels : 0),
                key -> perChannel ? add(INT8, new byte[channels], (long) channels) : bytes(INT8, (byte) 0));
        return new String[] {weight, scale, zero};
    }

    private String dequantised(String weight, boolean perChannel) {
        String key = "float of " + perChannel + weight;
        if (!made.containsKey(key)) {
            AttributeProto[] axis = perChannel
                    ? new AttributeProto[] {integer("axis", weights.get(weight).getDimsCount() - 1)}
                    : new AttributeProto[0];
            made.put(key, op("DequantizeLinear", "", axis, int8(weight, perChannel)));
        }
        return made.get(key);
    }

    private ModelProto dynamic() {
        copyEnds();
        for (NodeProto node : source.getGraph().getNodeList()) {
            if (isProduct(node)) {
                String[] weight = int8(node.getInput(1), false);
                String activation = node.getInput(0);
                if (!made.containsKey("dynamic " + activation)) {
                    made.put("dynamic " + activation, name());
                    made.put("dynamic scale " + activation, name());
                    made.put("dynamic zero " + activation, name());
                    target.addNode(NodeProto.newBuilder()
                            .setOpType("DynamicQuantizeLinear")
                            .addInput(kept(activation))
                            .addOutput(made.get("dynamic " + activation))
                            .addOutput(made.get("dynamic scale " + activation))
                            .addOutput(made.get("dynamic zero " + activation)));
                }
                String product = op(
                        "MatMulInteger",
                        "",
                        made.get("dynamic " + activation),
                        weight[0],
                        made.get("dynamic zero " + activation),
                        weight[2]);
                String real = cast(product, FLOAT);
                String scale = op("Mul", "", made.get("dynamic scale " + activation), weight[1]);
                target.addNode(NodeProto.newBuilder()
                        .setOpType("Mul")
                        .addInput(real)
                        .addInput(scale)
                        .addOutput(node.getOutput(0)));
            } else if (node.getOpType().equals("Gather") && isFloatWeight(node.getInput(0))) {
                String[] table = int8(node.getInput(0), false);
                String rows = op("Gather", "", table[0], kept(node.getInput(1)));
                target.addNode(NodeProto.newBuilder()
                        .setOpType("DequantizeLinear")
                        .addInput(rows)
                        .addInput(table[1])
                        .addInput(table[2])
                        .addOutput(node.getOutput(0)));
            } else {
                copy(node);
            }
        }
        return model();
    }

    private ModelProto integers(boolean stream) {
        copyEnds();
        for (NodeProto node : source.getGraph().getNodeList()) {
            String output = node.getOutput(0);
            if (isProduct(node)) {
                String[] weight = int8(node.getInput(1), false);
                String a = node.getInput(0);
                made.put(
                        "uint8 " + output,
                        op(
                                "QLinearMatMul",
                                "",
                                uint8(a),
                                scale(a),
                                zero(a),
                                weight[0],
                                weight[1],
                                weight[2],
                                scale(output),
                                zero(output)));
            } else if (stream && node.getOpType().equals("Add") && isQuantised(node)) {
                microsoft = true;
                List<String> inputs = new ArrayList<>();
                for (String input : node.getInputList()) {
                    if (isFloatWeight(input)) {
                        ranges.computeIfAbsent(input, key -> range(floats(weights.get(input))));
                    }
                    inputs.addAll(List.of(uint8(input), scale(input), zero(input)));
                }
                inputs.addAll(List.of(scale(output), zero(output)));
                made.put("uint8 " + output, op("QLinearAdd", MICROSOFT, inputs.toArray(new String[0])));
            } else if (stream && node.getOpType().equals("Softmax")) {
                microsoft = true;
                String a = node.getInput(0);
                made.put(
                        "uint8 " + output,
                        op(
                                "QLinearSoftmax",
                                MICROSOFT,
                                new AttributeProto[] {integer("axis", -1), integer("opset", 17)},
                                uint8(a),
                                scale(a),
                                zero(a),
                                scale(output),
                                zero(output)));
            } else {
                copy(node);
            }
        }
        return model();
    }

    private static float[] range(float[] values) {
        float[] range = new float[2];
        for (float value : values) {
            range[0] = Math.min(range[0], value);
            range[1] = Math.max(range[1], value);
        }
        return range;
    }

    /** The value as uint8, which an operator has made already or which is made from its float32 numbers. */
    private String uint8(String value) {
        String known = made.get("uint8 " + value);
        if (known == null) {
            known = quantise(real(value), value);
            made.put("uint8 " + value, known);
        }
        return known;
    }

    /** The value as float32. */
    private String real(String value) {
        if (weights.containsKey(value) || !isInteger(value)) {
            return kept(value);
        }
        String known = "real " + value;
        if (!made.containsKey(known)) {
            made.put(known, dequantise(made.get("uint8 " + value), value));
        }
        return made.get(known);
    }

    /** Whether the value comes from an operator of integers. */
    private boolean isInteger(String value) {
        String known = made.get("uint8 " + value);
        return known != null
                && target.getNodeList().stream()
                        .filter(node -> node.getOutputList().contains(known))
                        .noneMatch(node -> node.getOpType().equals("QuantizeLinear"));
    }

    /** Everything in a type of 16 bits; casts at the ends unless they have it, too. */
    private ModelProto half(int type, boolean ends) {
        Map<String, String> renamed = new HashMap<>();
        for (ValueInfoProto input : source.getGraph().getInputList()) {
            boolean real = input.getType().getTensorType().getElemType() == FLOAT;
            target.addInput(real && ends ? typed(input, type) : input);
            if (real && !ends) {
                renamed.put(
                        input.getName(), op("Cast", "", new AttributeProto[] {integer("to", type)}, input.getName()));
            }
        }
        Set<String> outputs = new HashSet<>();
        for (ValueInfoProto output : source.getGraph().getOutputList()) {
            target.addOutput(ends ? typed(output, type) : output);
            outputs.add(output.getName());
        }
        for (NodeProto node : source.getGraph().getNodeList()) {
            NodeProto.Builder copy = node.toBuilder();
            for (int i = 0; i < node.getInputCount(); i++) {
                String input = node.getInput(i);
                copy.setInput(
                        i,
                        isFloatWeight(input)
                                ? made.computeIfAbsent("half " + input, key -> halfWeight(input, type))
                                : renamed.getOrDefault(input, kept(input)));
            }
            for (AttributeProto.Builder attribute : copy.getAttributeBuilderList()) {
                if (attribute.getName().equals("to") && attribute.getI() == FLOAT) {
                    attribute.setI(type);
                }
            }
            if (!ends && outputs.contains(node.getOutput(0))) {
                String inner = name();
                target.addNode(copy.setOutput(0, inner));
                target.addNode(NodeProto.newBuilder()
                        .setOpType("Cast")
                        .addAttribute(integer("to", FLOAT))
                        .addInput(inner)
                        .addOutput(node.getOutput(0)));
            } else {
                target.addNode(copy);
            }
        }
        return model();
    }

    private static ValueInfoProto typed(ValueInfoProto info, int type) {
        ValueInfoProto.Builder builder = info.toBuilder();
        builder.getTypeBuilder().getTensorTypeBuilder().setElemType(type);
        return builder.build();
    }

    /** Weights in a type of 16 bits, each cast before it is used; optionally the sums of the residual stream cast there and back. */
    private ModelProto stored(int type, boolean stream) {
        copyEnds();
        Map<String, String> small = new HashMap<>();
        for (NodeProto node : source.getGraph().getNodeList()) {
            NodeProto.Builder copy = node.toBuilder();
            for (int i = 0; i < node.getInputCount(); i++) {
                String input = node.getInput(i);
                if (small.containsKey(input)) {
                    // Each operator casts by itself, as exporters write it.
                    copy.setInput(i, cast(small.get(input), FLOAT));
                } else if (isFloatWeight(input)) {
                    if (!made.containsKey("real " + input)) {
                        made.put("real " + input, cast(halfWeight(input, type), FLOAT));
                    }
                    copy.setInput(i, made.get("real " + input));
                } else {
                    copy.setInput(i, kept(input));
                }
            }
            target.addNode(copy);
            if (stream && isResidual(node)) {
                small.put(node.getOutput(0), cast(node.getOutput(0), type));
            }
        }
        return model();
    }

    /** A sum of states, or of states and positions. */
    private boolean isResidual(NodeProto node) {
        return node.getOpType().equals("Add")
                && node.getInputList().stream()
                        .noneMatch(input ->
                                weights.containsKey(input) && weights.get(input).getDimsCount() < 2);
    }

    private String cast(String value, int type) {
        return op("Cast", "", new AttributeProto[] {integer("to", type)}, value);
    }

    private String halfWeight(String name, int type) {
        TensorProto tensor = weights.get(name);
        float[] values = floats(tensor);
        ByteBuffer raw = ByteBuffer.allocate(2 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            raw.putShort(
                    type == BFLOAT16
                            ? (short) (Float.floatToRawIntBits(value) >>> 16)
                            : ai.onnxruntime.platform.Fp16Conversions.floatToFp16(value));
        }
        return add(tensor, type, raw.array());
    }

    private void copyEnds() {
        target.addAllInput(source.getGraph().getInputList());
        target.addAllOutput(source.getGraph().getOutputList());
    }

    private void copy(NodeProto node) {
        NodeProto.Builder copy = node.toBuilder();
        for (int i = 0; i < node.getInputCount(); i++) {
            copy.setInput(i, real(node.getInput(i)));
        }
        target.addNode(copy);
    }

    /** The name of a value that stays as it is; a weight is copied when it is first read. */
    private String kept(String name) {
        TensorProto tensor = weights.get(name);
        if (tensor != null && made.putIfAbsent("kept " + name, name) == null) {
            target.addInitializer(tensor);
        }
        return name;
    }

    private static float[] floats(TensorProto tensor) {
        float[] values = new float[tensor.getRawData().size() / 4];
        tensor.getRawData()
                .asReadOnlyByteBuffer()
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer()
                .get(values);
        return values;
    }

    private String floats(float value) {
        return add(
                FLOAT,
                ByteBuffer.allocate(4)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putFloat(value)
                        .array());
    }

    private String vector(float[] values) {
        ByteBuffer raw = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        raw.asFloatBuffer().put(values);
        return add(FLOAT, raw.array(), (long) values.length);
    }

    private String bytes(int type, byte value) {
        return add(type, new byte[] {value});
    }

    private String add(TensorProto like, int type, byte[] raw) {
        return add(type, raw, like.getDimsList().toArray(Long[]::new));
    }

    private String add(int type, byte[] raw, Long... dims) {
        String name = name();
        target.addInitializer(TensorProto.newBuilder()
                .setName(name)
                .setDataType(type)
                .addAllDims(Arrays.asList(dims))
                .setRawData(ByteString.copyFrom(raw)));
        return name;
    }

    private String name() {
        return "1" + String.format("%06d", next++);
    }

    private String op(String type, String domain, String... inputs) {
        return op(type, domain, new AttributeProto[0], inputs);
    }

    private String op(String type, String domain, AttributeProto[] attributes, String... inputs) {
        String output = name();
        target.addNode(NodeProto.newBuilder()
                .setOpType(type)
                .setDomain(domain)
                .addAllInput(Arrays.asList(inputs))
                .addAllAttribute(Arrays.asList(attributes))
                .addOutput(output));
        return output;
    }

    private ModelProto model() {
        ModelProto.Builder model = source.toBuilder().setGraph(target);
        if (microsoft) {
            model.addOpsetImport(
                    OperatorSetIdProto.newBuilder().setDomain(MICROSOFT).setVersion(1));
        }
        return model.build();
    }
}
