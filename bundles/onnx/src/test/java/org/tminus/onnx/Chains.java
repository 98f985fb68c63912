/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx;

import ai.onnxruntime.OrtException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tminus.onnx.GraphAnalysis.Layer;
import org.tminus.onnx.GraphAnalysis.Stem;
import org.tminus.onnx.GraphAnalysis.Tail;
import org.tminus.onnx.Ort.Tensor;
import org.tminus.onnx.PathSpec.ExitSpec;
import org.tminus.onnx.PathSpec.LayerSpec;

/** Runs the segments of a path one after the other, as a backend does. */
final class Chains {
    private Chains() {}

    static PathSpec path(GraphAnalysis analysis, List<Layer> layers, ExitSpec exit) {
        Stem stem = analysis.stem().orElseThrow();
        return new PathSpec(
                stem.output(),
                stem.sideValues(),
                layers.stream().map(Chains::spec).toList(),
                exit);
    }

    static LayerSpec spec(Layer layer) {
        return new LayerSpec(layer.id(), layer.input(), layer.output());
    }

    static ExitSpec tail(GraphAnalysis analysis) {
        Tail tail = analysis.tail().orElseThrow();
        Map<String, String> outputs = new LinkedHashMap<>();
        tail.outputs().forEach(name -> outputs.put(name, name));
        return new ExitSpec("final", true, tail.input(), outputs);
    }

    static Map<String, Tensor> run(PathGraphs graphs, PathSpec path, Map<String, Tensor> inputs)
            throws OnnxFormatException, OrtException {
        Map<String, Tensor> pool = new HashMap<>(inputs);
        Map<String, Tensor> stem =
                Ort.run(graphs.stem(path.stemOutput(), path.sideValues()).toBytes(), pool);
        Tensor hidden = stem.get(path.stemOutput());
        path.sideValues().forEach(name -> pool.put(name, stem.get(name)));
        for (LayerSpec layer : path.layers()) {
            hidden = step(graphs.layer(layer, path.sideValues()), pool, hidden).get(layer.output());
        }
        return step(graphs.exit(path.exit(), path.sideValues()), pool, hidden);
    }

    /** The same by stretches: the stem together with the first layer, the exit together with the last one. */
    static Map<String, Tensor> runStretches(PathGraphs graphs, PathSpec path, Map<String, Tensor> inputs)
            throws OnnxFormatException, OrtException {
        Map<String, Tensor> pool = new HashMap<>(inputs);
        Map<String, Tensor> made = Map.of();
        for (int index = 0; index < path.layers().size(); index++) {
            LayerSpec layer = path.layers().get(index);
            boolean last = index == path.layers().size() - 1;
            SegmentGraph stretch = graphs.stretch(
                    index == 0 ? path.stemOutput() : null, path.sideValues(), layer, last ? path.exit() : null);
            made = index == 0
                    ? Ort.run(stretch.toBytes(), pool)
                    : step(stretch, pool, made.get(path.layers().get(index - 1).output()));
            for (String name : path.sideValues()) {
                if (made.containsKey(name)) {
                    pool.put(name, made.get(name));
                }
            }
        }
        return made;
    }

    private static Map<String, Tensor> step(SegmentGraph segment, Map<String, Tensor> pool, Tensor hidden)
            throws OrtException {
        Map<String, Tensor> given = new HashMap<>(pool);
        given.put(segment.hiddenInput().orElseThrow(), hidden);
        return Ort.run(segment.toBytes(), given);
    }
}
