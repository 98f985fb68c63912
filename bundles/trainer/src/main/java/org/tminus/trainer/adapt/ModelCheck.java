/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.adapt;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.tminus.onnx.Dimension;
import org.tminus.onnx.GraphAnalysis;
import org.tminus.onnx.OnnxFormatException;
import org.tminus.onnx.OnnxModel;
import org.tminus.onnx.ValueInfo;
import org.tminus.trainer.graph.TorchGraph;

/** Whether a model can be trained and has layers to end after; says everything that stands in the way at once. */
final class ModelCheck {
    private static final Set<String> FEWER_BITS =
            Set.of("int4", "uint4", "int8", "uint8", "int16", "uint16", "float16", "bfloat16");

    private ModelCheck() {}

    /** @throws AdaptException if the model cannot be made adaptive */
    static GraphAnalysis check(OnnxModel model, String file) throws AdaptException {
        GraphAnalysis analysis = analyze(model);
        List<String> problems = new ArrayList<>();
        List<String> unsupported = TorchGraph.unsupported(model);
        String fewerBits = fewerBits(analysis);
        if (!fewerBits.isEmpty()
                && !(unsupported.isEmpty() && analysis.precision().isFloat32())) {
            problems.add(file + " is " + fewerBits
                    + ". Rounding has no gradient, and a small step is lost in numbers of few bits, so neither its layers nor exits"
                    + " on them can be trained. Adapt the float32 model that it was made from, and give the result the numbers"
                    + " of fewer bits afterwards (docs/models.md, Fewer bits): its cuts, exits and menu stay valid.");
        } else if (!unsupported.isEmpty()) {
            problems.add(unsupported.size() + " operators or weights of " + file + " cannot be trained: "
                    + String.join("; ", unsupported)
                    + ". Export the model in float32 with plain operators (no quantisation, no fused operators).");
        }
        analysis.obstacle().ifPresent(reason -> problems.add("Nothing in " + file + " can be skipped: " + reason));
        if (analysis.obstacle().isEmpty() && analysis.layers().size() < 2) {
            problems.add("Only " + analysis.layers().size() + " repeated layer was found in " + file
                    + "; a model needs two or more to end early.");
        }
        analysis.hidden()
                .filter(state -> !isTokens(state))
                .ifPresent(state -> problems.add("The state between the layers of "
                        + file + " is " + state
                        + ", and model files need batch, tokens and width, the width fixed. Export the model"
                        + " with such a state; where an input has one vector only, with one token."));
        if (!problems.isEmpty()) {
            throw new AdaptException("The model cannot be made adaptive:", problems);
        }
        return analysis;
    }

    /** What of the weights is stored in types that cannot be trained, in words; empty if nothing is. */
    private static String fewerBits(GraphAnalysis analysis) {
        double all = 0;
        double small = 0;
        List<String> types = new ArrayList<>();
        for (Map.Entry<String, Long> weights : analysis.weightBytesByType().entrySet()) {
            all += weights.getValue();
            if (FEWER_BITS.contains(weights.getKey())) {
                small += weights.getValue();
                types.add(weights.getKey());
            }
        }
        if (types.isEmpty()) {
            return "";
        }
        return String.format(
                Locale.ROOT,
                "%s: of %.1f MB of weights %.1f are %s",
                analysis.precision().isQuantised() ? "quantised" : "stored in fewer bits",
                all / 1e6,
                small / 1e6,
                String.join(" and ", types));
    }

    private static boolean isTokens(ValueInfo state) {
        List<Dimension> shape = state.shape();
        return shape != null && shape.size() == 3 && shape.get(2).isFixed();
    }

    static GraphAnalysis analyze(OnnxModel model) throws AdaptException {
        try {
            return GraphAnalysis.analyze(model);
        } catch (OnnxFormatException e) {
            throw failure(e);
        }
    }

    static AdaptException failure(OnnxFormatException e) {
        String problem = String.valueOf(e.getMessage());
        return new AdaptException(problem + (problem.endsWith(".") ? " " : ". ") + e.advice(), e);
    }

    /** What was found, in words. */
    static List<String> words(GraphAnalysis analysis) {
        List<String> lines = new ArrayList<>();
        long skippable = analysis.layers().stream()
                .filter(GraphAnalysis.Layer::skippable)
                .count();
        lines.add(String.format(
                Locale.ROOT,
                "%d layers, %.1f million weights; %d layers can be skipped",
                analysis.layers().size(),
                weights(analysis) / 1e6,
                skippable));
        for (GraphAnalysis.Layer layer : analysis.layers()) {
            if (layer.obstacle() != null) {
                lines.add(layer.id() + " cannot be skipped: " + layer.obstacle());
            }
        }
        analysis.fixedParts().forEach(part -> lines.add(part.id() + " always runs: " + part.obstacle()));
        analysis.notes().forEach(note -> lines.add("note: " + note));
        return lines;
    }

    static long weights(GraphAnalysis analysis) {
        return analysis.total().weightBytes() / Float.BYTES;
    }
}
