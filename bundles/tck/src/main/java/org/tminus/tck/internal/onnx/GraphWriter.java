/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tck.internal.onnx;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Writes a small ONNX model. A weight depends on its name alone, so that graphs that are written apart have the same
 * weights wherever they use the same names. Not thread-safe.
 */
final class GraphWriter {
    static final int FLOAT = 1;
    static final int INT64 = 7;

    private static final int IR_VERSION = 8;
    private static final int OPSET = 17;
    private static final int DATA_ALIGNMENT = 4096;

    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    private record Tensor(int type, long[] dimensions, byte[] data, boolean large) {}

    private final List<Message> inputs = new ArrayList<>();
    private final List<Message> outputs = new ArrayList<>();
    private final List<Message> nodes = new ArrayList<>();
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private int values;

    /** @param dimensions numbers, or names where the size is free */
    void input(String name, int type, Object... dimensions) {
        inputs.add(value(name, type, dimensions));
    }

    /** @param dimensions numbers, or names where the size is free */
    void output(String name, int type, Object... dimensions) {
        outputs.add(value(name, type, dimensions));
    }

    private static Message value(String name, int type, Object... dimensions) {
        Message shape = new Message();
        for (Object dimension : dimensions) {
            shape.message(
                    1,
                    dimension instanceof Number number
                            ? new Message().number(1, number.longValue())
                            : new Message().text(2, dimension.toString()));
        }
        Message tensor = new Message().number(1, type).message(2, shape);
        return new Message().text(1, name).message(2, new Message().message(1, tensor));
    }

    /** A random weight, scaled so that activations keep their size. */
    String weight(String name, int... dimensions) {
        int count = 1;
        for (int dimension : dimensions) {
            count *= dimension;
        }
        Random random = new Random(name.hashCode());
        float scale = (float) (1 / Math.sqrt(dimensions[0]));
        float[] drawn = new float[count];
        for (int index = 0; index < count; index++) {
            drawn[index] = (float) random.nextGaussian() * scale;
        }
        return floats(name, dimensions, drawn);
    }

    /** Ones, a little moved: what a layer normalisation multiplies with. */
    String scale(String name, int width) {
        Random random = new Random(name.hashCode());
        float[] drawn = new float[width];
        for (int index = 0; index < width; index++) {
            drawn[index] = 1 + (float) random.nextGaussian() / 10;
        }
        return floats(name, new int[] {width}, drawn);
    }

    String number(String name, float value) {
        return floats(name, new int[0], new float[] {value});
    }

    private String floats(String name, int[] dimensions, float[] given) {
        ByteBuffer data = ByteBuffer.allocate(4 * given.length).order(ByteOrder.LITTLE_ENDIAN);
        data.asFloatBuffer().put(given);
        long[] sizes = new long[dimensions.length];
        for (int axis = 0; axis < sizes.length; axis++) {
            sizes[axis] = dimensions[axis];
        }
        tensors.put(name, new Tensor(FLOAT, sizes, data.array(), dimensions.length > 1));
        return name;
    }

    String longs(String name, long... given) {
        ByteBuffer data = ByteBuffer.allocate(8 * given.length).order(ByteOrder.LITTLE_ENDIAN);
        data.asLongBuffer().put(given);
        tensors.put(name, new Tensor(INT64, new long[] {given.length}, data.array(), false));
        return name;
    }

    /** A whole number without dimensions. */
    String scalar(String name, long given) {
        ByteBuffer data = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        data.putLong(given);
        tensors.put(name, new Tensor(INT64, new long[0], data.array(), false));
        return name;
    }

    /** An operator whose output gets a name of its own. */
    String node(String operator, List<String> from, Message... attributes) {
        return node(operator, from, "value." + values++, attributes);
    }

    String node(String operator, List<String> from, String output, Message... attributes) {
        node(operator, from, List.of(output), attributes);
        return output;
    }

    void node(String operator, List<String> from, List<String> to, Message... attributes) {
        Message node = new Message();
        from.forEach(name -> node.text(1, name));
        to.forEach(name -> node.text(2, name));
        node.text(3, "node." + to.get(0)).text(4, operator);
        for (Message attribute : attributes) {
            node.message(5, attribute);
        }
        nodes.add(node);
    }

    static Message attribute(String name, long value) {
        return new Message().text(1, name).number(3, value).number(20, 2);
    }

    static Message attribute(String name, long[] several) {
        Message attribute = new Message().text(1, name);
        for (long value : several) {
            attribute.number(8, value);
        }
        return attribute.number(20, 7);
    }

    void write(Path file) throws IOException {
        Message graph = begin();
        tensors.forEach(
                (name, tensor) -> graph.message(5, describe(name, tensor).bytes(9, tensor.data())));
        Files.write(file, finish(graph));
    }

    /** Writes the larger weights to a file beside the model, each aligned. */
    void writeWithData(Path file) throws IOException {
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        String location = file.getFileName() + ".data";
        Message graph = begin();
        tensors.forEach((name, tensor) -> {
            Message described = describe(name, tensor);
            if (tensor.large()) {
                data.writeBytes(new byte[Math.floorMod(-data.size(), DATA_ALIGNMENT)]);
                described
                        .message(13, entry("location", location))
                        .message(13, entry("offset", Integer.toString(data.size())))
                        .message(13, entry("length", Integer.toString(tensor.data().length)))
                        .number(14, 1);
                data.writeBytes(tensor.data());
            } else {
                described.bytes(9, tensor.data());
            }
            graph.message(5, described);
        });
        Files.write(file.resolveSibling(location), data.toByteArray());
        Files.write(file, finish(graph));
    }

    private Message begin() {
        Message graph = new Message();
        nodes.forEach(node -> graph.message(1, node));
        return graph.text(2, "graph");
    }

    private byte[] finish(Message graph) {
        inputs.forEach(input -> graph.message(11, input));
        outputs.forEach(output -> graph.message(12, output));
        return new Message()
                .number(1, IR_VERSION)
                .message(7, graph)
                .message(8, new Message().text(1, "").number(2, OPSET))
                .toBytes();
    }

    private static Message describe(String name, Tensor tensor) {
        Message described = new Message();
        for (long size : tensor.dimensions()) {
            described.number(1, size);
        }
        return described.number(2, tensor.type()).text(8, name);
    }

    private static Message entry(String key, String value) {
        return new Message().text(1, key).text(2, value);
    }
}
