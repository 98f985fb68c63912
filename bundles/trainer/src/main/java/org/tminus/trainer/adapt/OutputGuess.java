/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.adapt;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tminus.onnx.Dimension;
import org.tminus.onnx.GraphAnalysis;
import org.tminus.onnx.OnnxModel;
import org.tminus.onnx.ValueInfo;
import org.tminus.trainer.graph.Objective;

/**
 * Whether an output [batch, width] holds scores of classes or an embedding, as far as a model alone can tell.
 *
 * @param objective what it is taken for
 * @param reason why, to go on after "because"
 */
record OutputGuess(Objective objective, String reason) {
    /** A part of an output's name, and what it says; what comes first counts. */
    private record Word(String part, Objective says) {}

    private static final List<Word> WORDS = List.of(
            new Word("logit", Objective.CLASSES),
            new Word("score", Objective.CLASSES),
            new Word("prob", Objective.CLASSES),
            new Word("embed", Objective.EMBEDDING),
            new Word("pool", Objective.EMBEDDING),
            new Word("feature", Objective.EMBEDDING),
            new Word("vector", Objective.EMBEDDING),
            new Word("class", Objective.CLASSES),
            new Word("label", Objective.CLASSES));
    private static final Set<String> SCORING = Set.of("Softmax", "LogSoftmax", "Sigmoid");
    /** Operators that a value goes through as it is. */
    private static final Set<String> PASSING = Set.of("Identity", "Cast", "Reshape", "Squeeze", "Unsqueeze", "Flatten");
    /** What keeps a length from being 0, or gives it the shape of what is divided. */
    private static final Set<String> GUARDING = Set.of("Clip", "Max", "Add", "Expand");

    static OutputGuess of(OnnxModel model, GraphAnalysis analysis, ValueInfo output) {
        OutputGuess byEnd = byEnd(model, output.name());
        if (byEnd != null) {
            return byEnd;
        }
        String name = output.name().toLowerCase(Locale.ROOT);
        for (Word word : WORDS) {
            if (name.contains(word.part())) {
                return new OutputGuess(word.says(), "its name has '" + word.part() + "' in it");
            }
        }
        long width = last(output);
        long state = analysis.hidden().map(OutputGuess::last).orElse(-1L);
        return width == state
                ? new OutputGuess(Objective.EMBEDDING, "it is as wide as the state between the layers")
                : new OutputGuess(Objective.CLASSES, "neither its name nor its width speak for an embedding");
    }

    private static long last(ValueInfo value) {
        List<Dimension> shape = value.shape();
        if (shape == null || shape.isEmpty()) {
            return -1;
        }
        Dimension dimension = shape.get(shape.size() - 1);
        return dimension.isFixed() ? dimension.size() : -1;
    }

    /** By what the output is made with last; {@code null} if that says nothing. */
    private static @Nullable OutputGuess byEnd(OnnxModel model, String output) {
        Map<String, NodeProto> makers = new HashMap<>();
        for (NodeProto node : Protos.parse(model).getGraph().getNodeList()) {
            node.getOutputList().stream().filter(made -> !made.isEmpty()).forEach(made -> makers.put(made, node));
        }
        NodeProto end = makerBehind(makers, output, PASSING);
        if (end == null) {
            return null;
        }
        if (SCORING.contains(end.getOpType())) {
            return new OutputGuess(Objective.CLASSES, "the model ends in " + end.getOpType());
        }
        boolean isUnit = end.getOpType().equals("Div") && isLength(makers, end.getInput(1));
        return isUnit ? new OutputGuess(Objective.EMBEDDING, "the model brings it to length 1") : null;
    }

    /** Whether a value is the root of a sum of squares. */
    private static boolean isLength(Map<String, NodeProto> makers, String divisor) {
        NodeProto maker = makerBehind(makers, divisor, GUARDING);
        if (maker != null && maker.getOpType().equals("Sqrt")) {
            NodeProto inside = makerBehind(makers, maker.getInput(0), GUARDING);
            return inside != null && Set.of("ReduceSum", "ReduceSumSquare").contains(inside.getOpType());
        }
        return maker != null && maker.getOpType().equals("ReduceL2");
    }

    private static @Nullable NodeProto makerBehind(Map<String, NodeProto> makers, String value, Set<String> passed) {
        NodeProto maker = makers.get(value);
        while (maker != null
                && (passed.contains(maker.getOpType()) || PASSING.contains(maker.getOpType()))
                && maker.getInputCount() > 0) {
            maker = makers.get(maker.getInput(0));
        }
        return maker;
    }
}
