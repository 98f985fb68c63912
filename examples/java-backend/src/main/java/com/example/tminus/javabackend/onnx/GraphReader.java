/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package com.example.tminus.javabackend.onnx;

import com.example.tminus.javabackend.operators.Array;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads an ONNX file. The numbers are those of the fields in onnx.proto. */
public final class GraphReader {
    private static final int FLOAT = 1;
    private static final int INT64 = 7;
    private static final int EXTERNAL = 1;

    private final Path file;
    private final List<Node> nodes = new ArrayList<>();
    private final Map<String, Array> weights = new HashMap<>();

    private GraphReader(Path file) {
        this.file = file;
    }

    /** @throws IOException if the file cannot be read, or is not what ONNX says; the message says why */
    public static Graph read(Path file) throws IOException {
        GraphReader reader = new GraphReader(file);
        boolean found = false;
        for (Fields model = new Fields(ByteBuffer.wrap(Files.readAllBytes(file))); model.next(); ) {
            if (model.field() == 7) {
                found = true;
                reader.graph(model.message());
            } else {
                model.skip();
            }
        }
        if (!found) {
            throw new IOException("the file holds no graph");
        }
        return new Graph(reader.nodes, reader.weights);
    }

    private void graph(Fields graph) throws IOException {
        while (graph.next()) {
            switch (graph.field()) {
                case 1 -> nodes.add(node(graph.message()));
                case 5 -> weight(graph.message());
                default -> graph.skip();
            }
        }
    }

    private static Node node(Fields node) throws IOException {
        String operator = "";
        List<String> inputs = new ArrayList<>();
        List<String> outputs = new ArrayList<>();
        Map<String, Object> attributes = new HashMap<>();
        while (node.next()) {
            switch (node.field()) {
                case 1 -> inputs.add(node.text());
                case 2 -> outputs.add(node.text());
                case 4 -> operator = node.text();
                case 5 -> attribute(node.message(), attributes);
                default -> node.skip();
            }
        }
        return new Node(operator, inputs, outputs, attributes);
    }

    private static void attribute(Fields attribute, Map<String, Object> attributes) throws IOException {
        String name = "";
        Object value = null;
        List<Long> several = new ArrayList<>();
        while (attribute.next()) {
            switch (attribute.field()) {
                case 1 -> name = attribute.text();
                case 2 -> value = attribute.real();
                case 3 -> value = attribute.number();
                case 8 -> attribute.numbers(several::add);
                default -> attribute.skip();
            }
        }
        if (!several.isEmpty()) {
            value = several.stream().mapToLong(Long::longValue).toArray();
        }
        if (value != null) {
            attributes.put(name, value);
        }
    }

    private void weight(Fields tensor) throws IOException {
        String name = "";
        long type = 0;
        List<Long> shape = new ArrayList<>();
        List<Float> floats = new ArrayList<>();
        List<Long> longs = new ArrayList<>();
        ByteBuffer raw = null;
        Map<String, String> external = new HashMap<>();
        long location = 0;
        while (tensor.next()) {
            switch (tensor.field()) {
                case 1 -> tensor.numbers(shape::add);
                case 2 -> type = tensor.number();
                case 4 -> tensor.reals(floats::add);
                case 7 -> tensor.numbers(longs::add);
                case 8 -> name = tensor.text();
                case 9 -> raw = tensor.bytes();
                case 13 -> entry(tensor.message(), external);
                case 14 -> location = tensor.number();
                default -> tensor.skip();
            }
        }
        int[] sizes = shape.stream().mapToInt(Math::toIntExact).toArray();
        if (location == EXTERNAL) {
            raw = external(external);
        }
        weights.put(name, array(name, type, sizes, raw, floats, longs));
    }

    private static void entry(Fields entry, Map<String, String> entries) throws IOException {
        String key = "";
        String value = "";
        while (entry.next()) {
            switch (entry.field()) {
                case 1 -> key = entry.text();
                case 2 -> value = entry.text();
                default -> entry.skip();
            }
        }
        entries.put(key, value);
    }

    /** The place in a file beside this one. */
    private ByteBuffer external(Map<String, String> entries) throws IOException {
        Path name = Path.of(entries.getOrDefault("location", ""));
        if (name.getNameCount() != 1 || name.isAbsolute() || name.toString().equals("..")) {
            throw new IOException("weights lie at '" + name + "', which is not beside the file");
        }
        try (var channel = Files.newByteChannel(file.resolveSibling(name))) {
            long offset = Long.parseLong(entries.getOrDefault("offset", "0"));
            long rest = channel.size() - offset;
            long length = Long.parseLong(entries.getOrDefault("length", Long.toString(rest)));
            if (offset < 0 || length < 0 || length > rest) {
                throw new IOException("weights end beyond the end of " + name);
            }
            ByteBuffer data = ByteBuffer.allocate(Math.toIntExact(length)).order(ByteOrder.LITTLE_ENDIAN);
            channel.position(offset);
            while (data.hasRemaining() && channel.read(data) >= 0) {
                continue;
            }
            return data.flip();
        } catch (NumberFormatException e) {
            throw new IOException("weights have a place that is no number", e);
        }
    }

    private static Array array(
            String name, long type, int[] shape, ByteBuffer raw, List<Float> floats, List<Long> longs)
            throws IOException {
        int count = 1;
        for (int size : shape) {
            count = Math.multiplyExact(count, size);
        }
        if (type == FLOAT) {
            float[] values = new float[count];
            if (raw != null && raw.remaining() == 4L * count) {
                raw.asFloatBuffer().get(values);
                return Array.of(shape, values);
            }
            if (raw == null && floats.size() == count) {
                for (int index = 0; index < count; index++) {
                    values[index] = floats.get(index);
                }
                return Array.of(shape, values);
            }
        } else if (type == INT64) {
            long[] values = new long[count];
            if (raw != null && raw.remaining() == 8L * count) {
                raw.asLongBuffer().get(values);
                return Array.of(shape, values);
            }
            if (raw == null && longs.size() == count) {
                for (int index = 0; index < count; index++) {
                    values[index] = longs.get(index);
                }
                return Array.of(shape, values);
            }
        } else {
            throw new IOException(
                    "the weight '" + name + "' has the ONNX type " + type + ", but only float32 and int64 are known");
        }
        throw new IOException("the weight '" + name + "' has not as many numbers as its shape says");
    }
}
