/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.predictor.internal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tminus.failure.ModelFormatException;
import org.tminus.onnx.OnnxFormatException;
import org.tminus.onnx.wire.WireReader;

/**
 * Finds the one {@code TreeEnsembleClassifier} in an ONNX file and reads its attributes. Only the few ONNX messages on
 * the way there are known; everything else in the file is skipped.
 */
final class EnsembleReader {
    static final String ADVICE =
            "Take the predictor from a trainer's export again: one TreeEnsembleClassifier, float32.";

    private static final String OPERATOR = "TreeEnsembleClassifier";
    private static final String DOMAIN = "ai.onnx.ml";
    private static final int FLOAT32 = 1;
    private static final int MODE_LIMIT = 32;

    private final Map<String, Numbers> numbers = new HashMap<>();
    private final Map<String, List<String>> strings = new HashMap<>();
    private final Map<String, String> texts = new HashMap<>();

    private EnsembleReader() {}

    /**
     * Reads and checks an ensemble.
     *
     * @throws ModelFormatException if the file is damaged, or is not one float32 tree ensemble classifier that ends
     */
    static TreeEnsemble read(byte[] file) throws ModelFormatException {
        try {
            return readModel(new WireReader(file, "The predictor", ADVICE));
        } catch (OnnxFormatException e) {
            throw new ModelFormatException(String.valueOf(e.getMessage()), e.advice(), e);
        }
    }

    private static TreeEnsemble readModel(WireReader model) throws ModelFormatException, OnnxFormatException {
        WireReader graph = null;
        while (model.next()) {
            if (model.field() == 7) {
                if (graph != null) {
                    throw model.damaged("it has two graphs");
                }
                graph = model.message();
            } else {
                model.skip();
            }
        }
        if (graph == null) {
            throw unusable("the file holds no graph");
        }
        return readGraph(graph);
    }

    private static TreeEnsemble readGraph(WireReader graph) throws ModelFormatException, OnnxFormatException {
        EnsembleReader ensemble = null;
        List<String> nodeInputs = List.of();
        Map<String, Long> widths = new HashMap<>();
        while (graph.next()) {
            if (graph.field() == 1) {
                if (ensemble != null) {
                    throw unusable("the graph has more than one operator");
                }
                ensemble = new EnsembleReader();
                nodeInputs = ensemble.readNode(graph.message());
            } else if (graph.field() == 11) {
                readInput(graph.message(), widths);
            } else {
                graph.skip();
            }
        }
        if (ensemble == null) {
            throw unusable("the graph has no operator");
        }
        Long width = nodeInputs.size() == 1 ? widths.get(nodeInputs.get(0)) : null;
        if (width == null || widths.size() != 1) {
            throw unusable("the ensemble does not read the graph's one input, a float32 matrix of features");
        }
        return new EnsembleBuilder(ensemble).build(width);
    }

    private List<String> readNode(WireReader node) throws ModelFormatException, OnnxFormatException {
        List<String> inputs = new ArrayList<>();
        String operator = "";
        String domain = "";
        List<WireReader> attributes = new ArrayList<>();
        while (node.next()) {
            switch (node.field()) {
                case 1 -> inputs.add(node.string());
                case 4 -> operator = node.string();
                case 5 -> attributes.add(node.message());
                case 7 -> domain = node.string();
                default -> node.skip();
            }
            if (attributes.size() + inputs.size() > 64) {
                throw unusable("the operator has more than 64 attributes and inputs");
            }
        }
        if (!operator.equals(OPERATOR) || !domain.equals(DOMAIN)) {
            throw unusable("the operator is '" + domain + "." + operator + "', not '" + DOMAIN + "." + OPERATOR + "'");
        }
        for (WireReader attribute : attributes) {
            readAttribute(attribute);
        }
        return inputs;
    }

    private void readAttribute(WireReader attribute) throws ModelFormatException, OnnxFormatException {
        String name = "";
        String text = "";
        Numbers values = new Numbers();
        List<String> entries = new ArrayList<>();
        Map<String, String> shared = new HashMap<>();
        while (attribute.next()) {
            switch (attribute.field()) {
                case 1 -> name = attribute.string();
                case 4 -> text = attribute.string();
                case 5 -> throw unusable("attribute '" + name + "' is a tensor; only float32 ensembles are read");
                case 7 -> readFloats(attribute, values);
                case 8 -> readLongs(attribute, values);
                case 9 -> {
                    if (entries.size() == Numbers.LIMIT) {
                        throw unusable("attribute '" + name + "' has more than " + Numbers.LIMIT + " entries");
                    }
                    String entry = attribute.string();
                    if (entry.length() > MODE_LIMIT) {
                        throw unusable("an entry of attribute '" + name + "' has " + entry.length() + " characters");
                    }
                    // A million nodes name the same few modes.
                    entries.add(shared.computeIfAbsent(entry, same -> same));
                }
                default -> attribute.skip();
            }
        }
        if (numbers.containsKey(name)) {
            throw unusable("attribute '" + name + "' is given twice");
        }
        numbers.put(name, values);
        strings.put(name, entries);
        texts.put(name, text);
    }

    private static void readFloats(WireReader attribute, Numbers values)
            throws ModelFormatException, OnnxFormatException {
        if (attribute.wireType() == WireReader.FIXED32) {
            values.add(attribute.fixed32());
            return;
        }
        WireReader packed = attribute.message();
        while (!packed.isAtEnd()) {
            values.add(packed.fixed32());
        }
    }

    private static void readLongs(WireReader attribute, Numbers values)
            throws ModelFormatException, OnnxFormatException {
        if (attribute.wireType() == WireReader.VARINT) {
            values.add(attribute.varint());
            return;
        }
        WireReader packed = attribute.message();
        while (!packed.isAtEnd()) {
            values.add(packed.varint());
        }
    }

    /** Reads a {@code ValueInfoProto}; keeps its number of columns if it is a float32 matrix. */
    private static void readInput(WireReader input, Map<String, Long> widths)
            throws ModelFormatException, OnnxFormatException {
        String name = "";
        WireReader tensor = null;
        while (input.next()) {
            if (input.field() == 1) {
                name = input.string();
            } else if (input.field() == 2) {
                tensor = member(input.message(), 1);
            } else {
                input.skip();
            }
        }
        if (tensor == null) {
            throw unusable("input '" + name + "' is not a tensor");
        }
        long elementType = 0;
        List<Long> dimensions = new ArrayList<>();
        while (tensor.next()) {
            if (tensor.field() == 1) {
                elementType = tensor.longValue();
            } else if (tensor.field() == 2) {
                readShape(tensor.message(), dimensions);
            } else {
                tensor.skip();
            }
        }
        if (elementType != FLOAT32 || dimensions.size() != 2) {
            throw unusable("input '" + name + "' is not a float32 matrix");
        }
        widths.put(name, dimensions.get(1));
    }

    private static void readShape(WireReader shape, List<Long> dimensions) throws OnnxFormatException {
        while (shape.next()) {
            if (shape.field() != 1 || dimensions.size() > 2) {
                shape.skip();
                continue;
            }
            WireReader dimension = shape.message();
            long size = -1;
            while (dimension.next()) {
                if (dimension.field() == 1) {
                    size = dimension.longValue();
                } else {
                    dimension.skip();
                }
            }
            dimensions.add(size);
        }
    }

    private static @Nullable WireReader member(WireReader message, int field) throws OnnxFormatException {
        WireReader found = null;
        while (message.next()) {
            if (message.field() == field) {
                found = message.message();
            } else {
                message.skip();
            }
        }
        return found;
    }

    boolean has(String name) {
        return numbers.containsKey(name);
    }

    long[] longs(String name) {
        Numbers found = numbers.get(name);
        return found == null ? new long[0] : found.longs();
    }

    float[] floats(String name) {
        Numbers found = numbers.get(name);
        return found == null ? new float[0] : found.floats();
    }

    List<String> strings(String name) {
        return strings.getOrDefault(name, List.of());
    }

    String text(String name) {
        return texts.getOrDefault(name, "");
    }

    static ModelFormatException unusable(String reason) {
        return new ModelFormatException("The predictor cannot be used: " + reason + ".", ADVICE);
    }
}
