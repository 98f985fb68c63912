/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.graph;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tminus.onnx.GraphAnalysis;
import org.tminus.onnx.Limits;
import org.tminus.onnx.OnnxFormatException;
import org.tminus.onnx.OnnxModel;
import org.tminus.onnx.PathGraphs;
import org.tminus.onnx.PathSpec;

/** The first layers of a model with its own end, as a model of its own: where static models begin. */
public final class PrefixModel {
    private PrefixModel() {}

    /**
     * Cuts a model.
     *
     * @param depth layers to keep, from 1 to all
     * @throws OnnxFormatException if the model has no layers, or cannot be cut
     * @throws IllegalArgumentException if there are not so many layers
     */
    public static OnnxModel cut(OnnxModel model, int depth) throws OnnxFormatException {
        GraphAnalysis analysis = GraphAnalysis.analyze(model);
        GraphAnalysis.Stem stem = analysis.stem().orElse(null);
        GraphAnalysis.Tail tail = analysis.tail().orElse(null);
        if (stem == null
                || tail == null
                || depth < 1
                || depth > analysis.layers().size()) {
            throw new IllegalArgumentException(
                    "Cannot keep " + depth + " of " + analysis.layers().size() + " layers");
        }
        List<PathSpec.LayerSpec> layers = analysis.layers().subList(0, depth).stream()
                .map(layer -> new PathSpec.LayerSpec(layer.id(), layer.input(), layer.output()))
                .toList();
        Map<String, String> outputs = new LinkedHashMap<>();
        tail.outputs().forEach(output -> outputs.put(output, output));
        byte[] bytes = PathGraphs.of(model)
                .compose(new PathSpec(
                        stem.output(),
                        stem.sideValues(),
                        layers,
                        new PathSpec.ExitSpec("final", true, tail.input(), outputs)))
                .toBytes();
        return model.folder().isPresent()
                ? OnnxModel.read(bytes, model.folder().get(), Limits.DEFAULT)
                : OnnxModel.read(bytes);
    }
}
