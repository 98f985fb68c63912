/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.policy.lstm.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tminus.failure.ModelFormatException;
import org.tminus.model.PolicyDescription;
import org.tminus.onnx.OnnxFormatException;
import org.tminus.onnx.wire.WireReader;

/**
 * Finds the weights of the network in an ONNX file, by the names of its initializers, and checks that they are what the
 * model describes. Everything else in the file, its graph too, is for other runtimes and skipped.
 */
final class NetworkReader {
    private static final String WHAT = "The policy";
    private static final String ADVICE =
            "Take the policy from a trainer's export again: float32 weights inside the file, as docs/policies.md says.";

    /** What the export calls this kind of network, whatever the loop. */
    private static final String KIND = "lstm-ppo";

    private static final String INPUT_WEIGHTS = "lstm.weight_x";
    private static final String HIDDEN_WEIGHTS = "lstm.weight_h";
    private static final String BIAS = "lstm.bias";
    private static final String ACTOR_WEIGHTS = "actor.weight";
    private static final String ACTOR_BIAS = "actor.bias";
    private static final List<String> WANTED = List.of(INPUT_WEIGHTS, HIDDEN_WEIGHTS, BIAS, ACTOR_WEIGHTS, ACTOR_BIAS);
    private static final int FLOAT32 = 1;
    private static final int MOST_DIMENSIONS = 2;
    private static final int MOST_PROPERTIES = 1000;

    private final Map<String, Weights> weights = new HashMap<>();
    private final Map<String, String> properties = new HashMap<>();

    /** The content of an initializer, as long as the file really holds. */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    private record Weights(List<Long> shape, float[] values) {}

    private NetworkReader() {}

    /**
     * Reads and checks a network.
     *
     * @param layers how many the model has
     * @throws ModelFormatException if the file is damaged, lacks a weight or a property, or is not the policy that the
     *     model describes
     */
    static LstmNetwork read(byte[] file, PolicyDescription description, int layers) throws ModelFormatException {
        NetworkReader reader = new NetworkReader();
        try {
            reader.readModel(new WireReader(file, WHAT, ADVICE));
        } catch (OnnxFormatException e) {
            throw new ModelFormatException(String.valueOf(e.getMessage()), e.advice(), e);
        }
        return reader.build(description, layers);
    }

    private void readModel(WireReader model) throws ModelFormatException, OnnxFormatException {
        boolean found = false;
        while (model.next()) {
            if (model.field() == 7) {
                if (found) {
                    throw model.damaged("it has two graphs");
                }
                found = true;
                readGraph(model.message());
            } else if (model.field() == 14) {
                readProperty(model.message());
            } else {
                model.skip();
            }
        }
        if (!found) {
            throw unusable("the file holds no graph");
        }
    }

    private void readProperty(WireReader property) throws ModelFormatException, OnnxFormatException {
        String key = "";
        String value = "";
        while (property.next()) {
            switch (property.field()) {
                case 1 -> key = property.string();
                case 2 -> value = property.string();
                default -> property.skip();
            }
        }
        if (properties.put(key, value) != null || properties.size() > MOST_PROPERTIES) {
            throw unusable("it has a property twice or more than " + MOST_PROPERTIES);
        }
    }

    private void readGraph(WireReader graph) throws ModelFormatException, OnnxFormatException {
        while (graph.next()) {
            if (graph.field() == 5) {
                readInitializer(graph.message());
            } else {
                graph.skip();
            }
        }
    }

    private void readInitializer(WireReader tensor) throws ModelFormatException, OnnxFormatException {
        String name = "";
        List<Long> shape = new ArrayList<>();
        long type = 0;
        long location = 0;
        Floats values = new Floats();
        while (tensor.next()) {
            switch (tensor.field()) {
                case 1 -> readDimensions(tensor, shape);
                case 2 -> type = tensor.longValue();
                case 4 -> readFloats(tensor, values);
                case 8 -> name = tensor.string();
                // Little-endian float32, as packed numbers are.
                case 9 -> values.addAll(tensor.message());
                case 14 -> location = tensor.longValue();
                default -> tensor.skip();
            }
            if (!name.isEmpty() && !WANTED.contains(name)) {
                return;
            }
        }
        if (!WANTED.contains(name)) {
            return;
        }
        if (type != FLOAT32 || location != 0) {
            throw unusable("'" + name + "' is not float32 inside the file");
        }
        if (weights.put(name, new Weights(shape, values.toArray())) != null) {
            throw unusable("it has '" + name + "' twice");
        }
    }

    private static void readDimensions(WireReader tensor, List<Long> shape)
            throws ModelFormatException, OnnxFormatException {
        if (tensor.wireType() == WireReader.VARINT) {
            addDimension(tensor.varint(), shape);
            return;
        }
        WireReader packed = tensor.message();
        while (!packed.isAtEnd()) {
            addDimension(packed.varint(), shape);
        }
    }

    private static void addDimension(long size, List<Long> shape) throws ModelFormatException {
        // Initializers that belong to the graph alone have few dimensions as well.
        if (shape.size() == 64) {
            throw unusable("a weight has more than 64 dimensions");
        }
        shape.add(size);
    }

    private static void readFloats(WireReader tensor, Floats values) throws OnnxFormatException {
        if (tensor.wireType() == WireReader.FIXED32) {
            values.add(tensor.fixed32());
        } else {
            values.addAll(tensor.message());
        }
    }

    private LstmNetwork build(PolicyDescription description, int layers) throws ModelFormatException {
        int classes = description.complexityClasses();
        long hidden = description.hidden();
        long features = (long) LstmNetwork.FIXED_FEATURES + classes;
        long actions = 1L + layers;
        requireProperty("tminus.policy", KIND);
        requireProperty("loop", description.loop());
        requireProperty("features", Long.toString(features));
        requireProperty("hidden", Long.toString(hidden));
        requireProperty("actions", Long.toString(actions));
        requireProperty("complexityClasses", Long.toString(classes));
        return new LstmNetwork(
                observation(),
                values(INPUT_WEIGHTS, features, 4 * hidden),
                values(HIDDEN_WEIGHTS, hidden, 4 * hidden),
                values(BIAS, 4 * hidden),
                values(ACTOR_WEIGHTS, hidden, actions),
                values(ACTOR_BIAS, actions));
    }

    /** The version of the observation; files from before there were two do not tell. */
    private int observation() throws ModelFormatException {
        String version = properties.getOrDefault("observation", "1");
        return switch (version) {
            case "1" -> 1;
            case "2" -> 2;
            default ->
                throw unusable("it wants to see version '" + shown(version)
                        + "' of the observation, and this one knows 1 and 2");
        };
    }

    private void requireProperty(String key, String expected) throws ModelFormatException {
        String found = properties.get(key);
        if (!expected.equals(found)) {
            throw unusable("its property '" + key + "' is " + (found == null ? "missing" : "'" + shown(found) + "'")
                    + ", but the model needs '" + expected + "'");
        }
    }

    private static String shown(String text) {
        String start = text.length() > 40 ? text.substring(0, 40) + "..." : text;
        return start.replaceAll("[^ -~]", "?");
    }

    private float[] values(String name, Long... shape) throws ModelFormatException {
        Weights found = weights.get(name);
        if (found == null) {
            throw unusable("it has no initializer '" + name + "'");
        }
        long count = 1;
        for (long size : shape) {
            count *= size;
        }
        if (found.shape().size() > MOST_DIMENSIONS
                || !found.shape().equals(Arrays.asList(shape))
                || found.values().length != count) {
            throw unusable("'" + name + "' has the shape " + found.shape() + " and " + found.values().length
                    + " values, not the shape " + Arrays.toString(shape));
        }
        for (float value : found.values()) {
            if (!Float.isFinite(value)) {
                throw unusable("'" + name + "' holds the value " + value);
            }
        }
        return found.values();
    }

    static ModelFormatException unusable(String reason) {
        return unusable(reason, null);
    }

    static ModelFormatException unusable(String reason, @Nullable Throwable cause) {
        return new ModelFormatException(WHAT + " cannot be used: " + reason + ".", ADVICE, cause);
    }

    /** A growing list; the file's own length is its bound, as each value takes four bytes there. */
    private static final class Floats {
        private float[] values = new float[16];
        private int count;

        void add(float value) {
            if (count == values.length) {
                values = Arrays.copyOf(values, 2 * count);
            }
            values[count++] = value;
        }

        void addAll(WireReader packed) throws OnnxFormatException {
            while (!packed.isAtEnd()) {
                add(packed.fixed32());
            }
        }

        float[] toArray() {
            return Arrays.copyOf(values, count);
        }
    }
}
