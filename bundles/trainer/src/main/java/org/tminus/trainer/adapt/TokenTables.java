/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.adapt;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tminus.onnx.OnnxModel;

/** The tables in which a model looks up its integers, such as tokens. */
final class TokenTables {
    /** Operators that hand numbers on as they are. */
    private static final Set<String> PASSING =
            Set.of("Cast", "Identity", "Reshape", "Squeeze", "Unsqueeze", "Flatten", "Transpose");

    /** Tables are rounded up to multiples of 8 to 128. */
    private static final long ROUNDED = 128;
    /** Some makers leave more for tokens of later. */
    private static final long SPARE_PERCENT = 5;

    private TokenTables() {}

    /** By input the rows of the smallest table that it is looked up in; inputs that are looked up nowhere are left out. */
    static Map<String, Long> of(OnnxModel model) {
        Map<String, Long> rowsOf = new HashMap<>();
        GraphProto graph = Protos.parse(model).getGraph();
        for (TensorProto weights : graph.getInitializerList()) {
            if (weights.getDimsCount() > 0) {
                rowsOf.put(weights.getName(), weights.getDims(0));
            }
        }
        Map<String, String> inputOf = new HashMap<>();
        model.inputs().forEach(input -> inputOf.put(input.name(), input.name()));
        Map<String, Long> tables = new HashMap<>();
        // Nodes stand in the order in which they are computed.
        for (NodeProto node : graph.getNodeList()) {
            String passed = node.getInputCount() == 0 ? null : inputOf.get(node.getInput(0));
            if (passed != null && PASSING.contains(node.getOpType())) {
                node.getOutputList().forEach(output -> inputOf.put(output, passed));
            } else if (node.getOpType().equals("Gather") && isFirstAxis(node)) {
                String input = inputOf.get(node.getInput(1));
                Long rows = rowsOf.get(node.getInput(0));
                if (input != null && rows != null) {
                    tables.merge(input, rows, Math::min);
                }
            }
        }
        return tables;
    }

    private static boolean isFirstAxis(NodeProto node) {
        return node.getAttributeList().stream()
                .noneMatch(attribute -> attribute.getName().equals("axis") && attribute.getI() != 0);
    }

    /**
     * Whether a tokenizer fits the table that its tokens are looked up in.
     *
     * @param json content of a {@code tokenizer.json}
     * @return warnings: it has so few tokens that it probably belongs to another model
     * @throws AdaptException if it gives tokens that the table does not have: then it does belong to another model
     */
    static List<String> check(byte[] json, long rows, Path file) throws IOException {
        long tokens = largestToken(json) + 1;
        if (tokens > rows) {
            throw new AdaptException("The tokenizer " + file + " has tokens up to number " + (tokens - 1)
                    + ", but the model knows " + rows + " (0 to " + (rows - 1)
                    + "), so it belongs to another model. Put the"
                    + " tokenizer.json of this model beside it, or name it with --tokenizer.");
        }
        if (tokens == 0 || rows <= withPadding(tokens)) {
            return List.of();
        }
        return List.of("the tokenizer " + file.getFileName() + " has " + tokens + " tokens, but the model's table has "
                + rows + " rows. A table is often padded, but not by so much, so the tokenizer probably belongs to"
                + " another model, and what is learned would be worth nothing. Put the tokenizer.json of this"
                + " model beside it, or name it with --tokenizer.");
    }

    /** How many rows a table of some tokens may have: they are rounded up for speed, and some are left for later tokens. */
    private static long withPadding(long tokens) {
        return Math.max((tokens + ROUNDED - 1) / ROUNDED * ROUNDED, tokens + tokens * SPARE_PERCENT / 100);
    }

    /** -1 if the file does not say, or is no JSON, which others find out. */
    static long largestToken(byte[] json) throws IOException {
        JsonNode root;
        try {
            root = new ObjectMapper().readTree(json);
        } catch (JacksonException e) {
            return -1;
        }
        long largest = -1;
        JsonNode vocabulary = root.path("model").path("vocab");
        if (vocabulary.isArray()) {
            largest = vocabulary.size() - 1L;
        } else {
            for (JsonNode number : vocabulary) {
                largest = Math.max(largest, number.asLong(-1));
            }
        }
        for (JsonNode added : root.path("added_tokens")) {
            largest = Math.max(largest, added.path("id").asLong(-1));
        }
        return largest;
    }
}
