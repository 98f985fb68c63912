/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.tminus.learning.data.Display;
import org.tminus.learning.data.Examples;
import org.tminus.learning.data.Split;
import org.tminus.learning.data.TaskData;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;

/**
 * People's own numbers: JSONL, an object per line with a member for each input of the model, its numbers nested as its
 * dimensions are (without the batch), and perhaps {@code label} (a name or number) and {@code group} (what belongs together):
 *
 * <pre>
 * {"pixels": [[0.1, 0.2], [0.3, 0.4]], "label": "cat"}
 * </pre>
 *
 * <p>An input has the same shape in every line. A hash of the numbers and the seed decides the split: trunk 60 %, decision
 * 15 %, calibration 15 %, test 10 %. Lines of one group are in the same split, and so are those whose integers are equal and whose
 * other numbers differ by a thousandth of themselves, or of what is usual in their place, at most. What is there twice counts once.
 */
public final class RawTensors {
    private static final String LABEL = "label";
    private static final String GROUP = "group";
    private static final Set<ElementType> TYPES = Set.of(ElementType.FLOAT32, ElementType.INT64, ElementType.INT32);
    private static final long LARGEST = 1 << 26;

    /**
     * An example.
     *
     * @param bytes the elements of each input in the order of the network, by its place in the map of types
     * @param integers hash of the inputs that are no float32
     */
    private record Line(int number, List<byte[]> bytes, String hash, String integers, String label, String group) {}

    private record TensorRow(String id, int label, String group, Line line) implements Row {}

    private RawTensors() {}

    /**
     * Reads the file.
     *
     * @param types the model's inputs by name: float32, int64 or int32
     * @param isLabelled whether each line has a label
     * @param labels the names of the model's classes by number; empty to take those of the file
     * @param seed of the split
     * @throws TaskDataException if the file cannot be read or is empty, a line lacks an input or has one of another shape
     *     (the message names the line), a label does not fit, a class has one example, or there is too little for four splits
     * @throws IllegalArgumentException if there is no input, or one of another type
     */
    public static TaskData load(
            Path file, Map<String, ElementType> types, boolean isLabelled, List<String> labels, long seed)
            throws TaskDataException {
        return load(file, types, Map.of(), isLabelled, labels, seed);
    }

    /**
     * The same for a model that looks integers up in tables.
     *
     * @param tables by input how many rows its table has; every number must be from 0 to one less
     */
    public static TaskData load(
            Path file,
            Map<String, ElementType> types,
            Map<String, Long> tables,
            boolean isLabelled,
            List<String> labels,
            long seed)
            throws TaskDataException {
        if (types.isEmpty() || !TYPES.containsAll(types.values())) {
            throw new IllegalArgumentException("Inputs of " + TYPES + " can be read, not " + types);
        }
        // A fixed order of the inputs, so that hashes do not depend on that of the map.
        Map<String, ElementType> inputs = new TreeMap<>(types);
        Map<String, List<Integer>> shapes = new LinkedHashMap<>();
        List<Line> lines = distinct(read(file, inputs, tables, shapes, isLabelled));
        if (lines.isEmpty()) {
            throw new TaskDataException("There is no example in " + file + ".", "Write one JSON object in each line.");
        }
        Labels numbered = isLabelled
                ? Labels.of(
                        lines.stream().map(Line::label).toList(),
                        labels,
                        i -> "in line " + lines.get(i).number())
                : Labels.none(lines.size());
        List<List<String>> keys = TensorCopies.keys(
                lines.stream().map(line -> numbers(line, inputs)).toList());
        for (int i = 0; i < keys.size(); i++) {
            if (!lines.get(i).group().isEmpty()) {
                keys.get(i).add("group " + lines.get(i).group());
            }
        }
        String[] groups = Groups.names(keys);
        List<TensorRow> rows = new ArrayList<>(groups.length);
        MessageDigest digest = SplitHash.sha256();
        for (int i = 0; i < groups.length; i++) {
            Line line = lines.get(i);
            String id = SplitHash.hex(line.label() + "\0" + line.hash()).substring(0, 32);
            rows.add(new TensorRow(id, numbered.numbers()[i], groups[i], line));
        }
        rows.stream()
                .map(row -> row.id() + "\t" + row.label() + "\t" + row.group() + "\n")
                .sorted()
                .forEach(text -> digest.update(text.getBytes(StandardCharsets.UTF_8)));
        Map<Split, List<TensorRow>> splits = Splitting.of(rows, OwnData.SHARES, seed);
        TaskData.Description description = new TaskData.Description(
                String.valueOf(file.getFileName()),
                numbered.names(),
                HexFormat.of().formatHex(digest.digest()),
                OwnData.LICENCE,
                seed,
                Map.of("examples", Integer.toString(rows.size()), "shapes", shapes.toString()));
        return new TaskData(
                description, split -> new Tensors(Objects.requireNonNull(splits.get(split)), inputs, shapes));
    }

    /** The real numbers of a line, one input after the other. */
    private static TensorCopies.Numbers numbers(Line line, Map<String, ElementType> inputs) {
        List<FloatBuffer> parts = new ArrayList<>();
        int i = 0;
        for (ElementType type : inputs.values()) {
            FloatBuffer part = ByteBuffer.wrap(line.bytes().get(i++)).asFloatBuffer();
            if (type.equals(ElementType.FLOAT32)) {
                parts.add(part);
            }
        }
        FloatBuffer numbers =
                FloatBuffer.allocate(parts.stream().mapToInt(FloatBuffer::limit).sum());
        parts.forEach(numbers::put);
        numbers.flip();
        return new TensorCopies.Numbers(line.hash(), line.integers(), numbers);
    }

    private static List<Line> distinct(List<Line> lines) {
        Set<String> seen = new HashSet<>();
        return lines.stream()
                .filter(line -> seen.add(line.label() + "\0" + line.hash()))
                .toList();
    }

    private static List<Line> read(
            Path file,
            Map<String, ElementType> inputs,
            Map<String, Long> tables,
            Map<String, List<Integer>> shapes,
            boolean isLabelled)
            throws TaskDataException {
        List<Line> lines = new ArrayList<>();
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            JsonLines.read(in, JsonLines.withOddNumbers(), (number, object) -> {
                List<byte[]> bytes = new ArrayList<>();
                MessageDigest exact = SplitHash.sha256();
                MessageDigest integers = SplitHash.sha256();
                for (Map.Entry<String, ElementType> input : inputs.entrySet()) {
                    JsonNode value = object.get(input.getKey());
                    if (value == null) {
                        throw failure(number, "has no input '" + input.getKey() + "'");
                    }
                    List<Integer> shape = shapes.get(input.getKey());
                    if (shape == null) {
                        shape = shape(value, number, input.getKey());
                        shapes.put(input.getKey(), shape);
                    }
                    long rows = tables.getOrDefault(input.getKey(), Long.MAX_VALUE);
                    bytes.add(new Numbers(input.getKey(), input.getValue(), rows, shape, number)
                            .read(value, exact, integers));
                }
                String label = "";
                if (isLabelled) {
                    JsonNode value = object.get(LABEL);
                    if (value == null || !value.isValueNode() || value.isNull()) {
                        throw failure(number, "has no label");
                    }
                    label = value.asText().strip();
                }
                lines.add(new Line(
                        number,
                        bytes,
                        HexFormat.of().formatHex(exact.digest()),
                        HexFormat.of().formatHex(integers.digest()),
                        label,
                        object.path(GROUP).asText("")));
            });
        } catch (IOException e) {
            throw new TaskDataException(
                    "The file " + file + " cannot be read: " + e.getMessage() + ".", "Give a JSONL file in UTF-8.", e);
        }
        return lines;
    }

    private static TaskDataException failure(int line, String what) {
        return new TaskDataException(
                "Line " + line + " " + what + ".",
                "Every line needs each input of the model with numbers of the same shape, without the batch.");
    }

    /** The shape of the first line, by the first element of every dimension. */
    private static List<Integer> shape(JsonNode value, int line, String name) throws TaskDataException {
        List<Integer> shape = new ArrayList<>();
        long elements = 1;
        JsonNode at = value;
        while (at.isArray()) {
            shape.add(at.size());
            elements *= at.size();
            if (at.isEmpty() || elements > LARGEST || shape.size() > 8) {
                throw failure(line, "has an input '" + name + "' of shape " + shape + ", which is empty or too large");
            }
            at = at.get(0);
        }
        return List.copyOf(shape);
    }

    /** Turns the numbers of one input in one line into bytes. */
    private static final class Numbers {
        private final String name;
        private final ElementType type;
        private final long rows;
        private final List<Integer> shape;
        private final int line;
        private final ByteBuffer bytes;

        /** @param rows of the table that integers are looked up in; the largest long for none */
        Numbers(String name, ElementType type, long rows, List<Integer> shape, int line) {
            this.name = name;
            this.type = type;
            this.rows = rows;
            this.shape = shape;
            this.line = line;
            int elements = 1;
            for (int dimension : shape) {
                elements *= dimension;
            }
            this.bytes = ByteBuffer.allocate(elements * type.bytes());
        }

        byte[] read(JsonNode value, MessageDigest exact, MessageDigest integers) throws TaskDataException {
            fill(value, 0);
            exact.update(bytes.array());
            if (!type.equals(ElementType.FLOAT32)) {
                integers.update(bytes.array());
            }
            return bytes.array();
        }

        private void fill(JsonNode value, int axis) throws TaskDataException {
            if (axis < shape.size()) {
                if (!value.isArray() || value.size() != shape.get(axis)) {
                    throw failure(
                            line,
                            "has an input '" + name + "' that is not of the shape " + shape + " of the first line");
                }
                for (JsonNode element : value) {
                    fill(element, axis + 1);
                }
                return;
            }
            if (type.equals(ElementType.FLOAT32)) {
                float number = value.isNumber() ? value.floatValue() : Float.NaN;
                if (!Float.isFinite(number)) {
                    throw wrong(value, "a finite number");
                }
                // One zero only, so that hashes agree.
                bytes.putFloat(number == 0 ? 0 : number);
            } else if (type.equals(ElementType.INT64)) {
                if (!value.isIntegralNumber() || !value.canConvertToLong()) {
                    throw wrong(value, "an integer of 64 bits");
                }
                bytes.putLong(known(value));
            } else {
                if (!value.isIntegralNumber() || !value.canConvertToInt()) {
                    throw wrong(value, "an integer of 32 bits");
                }
                bytes.putInt((int) known(value));
            }
        }

        private long known(JsonNode value) throws TaskDataException {
            long number = value.longValue();
            if (rows < Long.MAX_VALUE && (number < 0 || number >= rows)) {
                throw wrong(value, "a number from 0 to " + (rows - 1) + ", which the model knows");
            }
            return number;
        }

        private TaskDataException wrong(JsonNode value, String expected) {
            String text = value.toString();
            return failure(
                    line,
                    "has " + (text.length() > 40 ? text.substring(0, 40) + "..." : text) + " in input '" + name
                            + "' in place of " + expected);
        }
    }

    private static final class Tensors implements Examples {
        private static final int SHOWN = 32;

        private final List<TensorRow> rows;
        private final Map<String, ElementType> types;
        private final Map<String, List<Integer>> shapes;
        private final int length;

        Tensors(List<TensorRow> rows, Map<String, ElementType> types, Map<String, List<Integer>> shapes) {
            this.rows = rows;
            this.types = types;
            this.shapes = shapes;
            // Integers in one dimension are tokens.
            this.length = types.entrySet().stream()
                    .filter(input -> !input.getValue().equals(ElementType.FLOAT32))
                    .map(input -> Objects.requireNonNull(shapes.get(input.getKey())))
                    .filter(shape -> shape.size() == 1)
                    .mapToInt(shape -> shape.get(0))
                    .max()
                    .orElse(0);
        }

        @Override
        public int size() {
            return rows.size();
        }

        @Override
        public String id(int row) {
            return rows.get(row).id();
        }

        @Override
        public String group(int row) {
            return rows.get(row).group();
        }

        @Override
        public int label(int row) {
            return rows.get(row).label();
        }

        @Override
        public int length(int row) {
            return length;
        }

        @Override
        public Map<String, HostTensor> inputs(int[] chosen) {
            Map<String, HostTensor> inputs = new HashMap<>();
            int place = 0;
            for (Map.Entry<String, ElementType> input : types.entrySet()) {
                List<Integer> shape = Objects.requireNonNull(shapes.get(input.getKey()));
                long[] dimensions = new long[shape.size() + 1];
                dimensions[0] = chosen.length;
                for (int i = 0; i < shape.size(); i++) {
                    dimensions[i + 1] = shape.get(i);
                }
                HostTensor tensor = HostTensor.allocate(input.getValue(), Shape.of(dimensions));
                ByteBuffer target = tensor.writableBuffer();
                for (int row : chosen) {
                    ByteBuffer source =
                            ByteBuffer.wrap(rows.get(row).line().bytes().get(place));
                    while (source.hasRemaining()) {
                        // Kept in the order of the network, so that hashes are the same on every machine.
                        if (input.getValue().bytes() == Long.BYTES) {
                            target.putLong(source.getLong());
                        } else {
                            target.putInt(source.getInt());
                        }
                    }
                }
                inputs.put(input.getKey(), tensor);
                place++;
            }
            return inputs;
        }

        @Override
        public Display display(int row) {
            StringBuilder text = new StringBuilder();
            int place = 0;
            for (Map.Entry<String, ElementType> input : types.entrySet()) {
                ByteBuffer bytes = ByteBuffer.wrap(rows.get(row).line().bytes().get(place++));
                int elements = bytes.limit() / input.getValue().bytes();
                Object[] first = new Object[Math.min(SHOWN, elements)];
                for (int i = 0; i < first.length; i++) {
                    first[i] = input.getValue().equals(ElementType.FLOAT32)
                            ? (Object) bytes.getFloat(4 * i)
                            : input.getValue().equals(ElementType.INT64)
                                    ? (Object) bytes.getLong(8 * i)
                                    : bytes.getInt(4 * i);
                }
                text.append(input.getKey())
                        .append(' ')
                        .append(shapes.get(input.getKey()))
                        .append(": ");
                text.append(Arrays.toString(first))
                        .append(elements > SHOWN ? " ..." : "")
                        .append("; ");
            }
            return new Display.Text(text.toString());
        }
    }
}
