/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.shell.internal.input;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tminus.model.ModelSignature;
import org.tminus.model.TensorSpec;
import org.tminus.shell.internal.report.CommandFailure;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;

/** Reads tensors from JSON: an object with a nested list of numbers for each input of the model. */
public final class TensorFile {
    private static final String ADVICE =
            "The file holds an object with a nested list for each input, such as {\"x\": [[1, 2], [3, 4]]}.";
    private static final int DEEPEST = 16;

    private TensorFile() {}

    /**
     * @return a tensor for each input in the file, of the type that the model takes; the caller closes them
     * @throws CommandFailure if the file is missing, is no such JSON, or names inputs that the model does not have
     */
    public static Map<String, HostTensor> read(Path file, ModelSignature signature) throws CommandFailure {
        JsonNode root;
        try {
            root = new ObjectMapper().readTree(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new CommandFailure("The input file " + file + " cannot be read: " + firstLine(e) + ".", ADVICE, e);
        }
        if (root == null || !root.isObject()) {
            throw new CommandFailure("The input file " + file + " holds no object.", ADVICE);
        }
        Map<String, HostTensor> tensors = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : root.properties()) {
            TensorSpec spec = signature
                    .input(entry.getKey())
                    .orElseThrow(() -> new CommandFailure(
                            "The model has no input '" + entry.getKey() + "'.",
                            "It has "
                                    + signature.inputs().stream()
                                            .map(TensorSpec::name)
                                            .toList() + "."));
            tensors.put(spec.name(), tensor(spec, entry.getValue()));
        }
        return tensors;
    }

    private static String firstLine(IOException failure) {
        return String.valueOf(failure.getMessage()).lines().findFirst().orElse("unknown reason");
    }

    private static HostTensor tensor(TensorSpec spec, JsonNode value) throws CommandFailure {
        List<Long> dimensions = new ArrayList<>();
        JsonNode level = value;
        while (level.isArray() && dimensions.size() < DEEPEST) {
            dimensions.add((long) level.size());
            level = level.isEmpty() ? level : level.get(0);
            if (dimensions.get(dimensions.size() - 1) == 0) {
                break;
            }
        }
        HostTensor tensor;
        try {
            Shape shape =
                    Shape.of(dimensions.stream().mapToLong(Long::longValue).toArray());
            tensor = HostTensor.allocate(spec.elementType(), shape);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(
                    "Input '" + spec.name() + "' cannot be given as JSON: " + e.getMessage() + ".", ADVICE, e);
        }
        fill(spec, value, tensor.shape(), 0, tensor.writableBuffer());
        return tensor;
    }

    private static void fill(TensorSpec spec, JsonNode value, Shape shape, int axis, ByteBuffer target)
            throws CommandFailure {
        if (axis == shape.rank()) {
            put(spec, value, target);
            return;
        }
        if (!value.isArray() || value.size() != shape.dimension(axis)) {
            throw new CommandFailure(
                    "The lists of input '" + spec.name() + "' differ in length at depth " + (axis + 1) + ".", ADVICE);
        }
        for (JsonNode element : value) {
            fill(spec, element, shape, axis + 1, target);
        }
    }

    private static void put(TensorSpec spec, JsonNode value, ByteBuffer target) throws CommandFailure {
        ElementType type = spec.elementType();
        if (type.equals(ElementType.BOOL) && value.isBoolean()) {
            target.put((byte) (value.booleanValue() ? 1 : 0));
        } else if (!value.isNumber()) {
            throw new CommandFailure(
                    "Input '" + spec.name() + "' has a " + value.getNodeType() + " where a number should be.", ADVICE);
        } else if (type.equals(ElementType.FLOAT32)) {
            target.putFloat(value.floatValue());
        } else if (type.equals(ElementType.FLOAT64)) {
            target.putDouble(value.doubleValue());
        } else if (type.equals(ElementType.INT64) && isWhole(value, Long.MIN_VALUE, Long.MAX_VALUE)) {
            target.putLong(value.longValue());
        } else if (type.equals(ElementType.INT32) && isWhole(value, Integer.MIN_VALUE, Integer.MAX_VALUE)) {
            target.putInt(value.intValue());
        } else if (type.equals(ElementType.INT8) && isWhole(value, Byte.MIN_VALUE, Byte.MAX_VALUE)) {
            target.put((byte) value.intValue());
        } else if (type.equals(ElementType.UINT8) && isWhole(value, 0, 255)) {
            target.put((byte) value.intValue());
        } else {
            throw new CommandFailure(
                    "Input '" + spec.name() + "' is of type " + type + ", and " + value + " is no such value.",
                    "Give float32, float64, int32, int64, int8, uint8 or bool values.");
        }
    }

    private static boolean isWhole(JsonNode value, long minimum, long maximum) {
        return value.canConvertToExactIntegral()
                && value.canConvertToLong()
                && value.longValue() >= minimum
                && value.longValue() <= maximum;
    }
}
