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
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.tminus.onnx.OnnxModel;

/** The tables in which a model looks up its integers, such as tokens. */
final class TokenTables {
    /** Operators that hand numbers on as they are. */
    private static final Set<String> PASSING =
            Set.of("Cast", "Identity", "Reshape", "Squeeze", "Unsqueeze", "Flatten", "Transpose");

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
     * Whether a tokenizer gives tokens that a table does not have.
     *
     * @param json content of a {@code tokenizer.json}
     * @throws AdaptException if it does: then it belongs to another model
     */
    static void check(byte[] json, long rows, Object file) throws IOException {
        long largest = largestToken(json);
        if (largest >= rows) {
            throw new AdaptException("The tokenizer " + file + " has tokens up to number " + largest
                    + ", but the model knows " + rows + " (0 to " + (rows - 1)
                    + "), so it belongs to another model. Put the"
                    + " tokenizer.json of this model beside it, or name it with --tokenizer.");
        }
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
