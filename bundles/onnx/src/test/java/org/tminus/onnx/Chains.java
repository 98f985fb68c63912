/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx;

import ai.onnxruntime.OrtException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
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
        return run(graphs, path, inputs, UnaryOperator.identity());
    }

    /** @param handing what becomes of each state that is handed on */
    static Map<String, Tensor> run(
            PathGraphs graphs, PathSpec path, Map<String, Tensor> inputs, UnaryOperator<Tensor> handing)
            throws OnnxFormatException, OrtException {
        Map<String, Tensor> pool = new HashMap<>(inputs);
        Map<String, Tensor> stem =
                Ort.run(graphs.stem(path.stemOutput(), path.sideValues()).toBytes(), pool);
        String state = path.stemOutput();
        Tensor hidden = handing.apply(stem.get(state));
        path.sideValues().forEach(name -> pool.put(name, stem.get(name)));
        for (LayerSpec layer : path.layers()) {
            state = layer.output();
            hidden = handing.apply(
                    step(graphs.layer(layer, path.sideValues()), pool, hidden).get(state));
        }
        return step(graphs.exit(path.exit(), state, path.sideValues()), pool, hidden);
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

    /** The same by stretches of neighbours as they come, with or without stem and exit. */
    static Map<String, Tensor> runStretches(PathGraphs graphs, PathSpec path, Map<String, Tensor> inputs, Random random)
            throws OnnxFormatException, OrtException {
        List<LayerSpec> stretches = new ArrayList<>();
        for (LayerSpec layer : path.layers()) {
            LayerSpec before = stretches.isEmpty() ? null : stretches.get(stretches.size() - 1);
            if (before != null && before.output().equals(layer.input()) && random.nextInt(3) > 0) {
                stretches.set(
                        stretches.size() - 1,
                        new LayerSpec(before.id() + "-" + layer.id(), before.input(), layer.output()));
            } else {
                stretches.add(layer);
            }
        }
        boolean withStem = !stretches.isEmpty() && random.nextBoolean();
        boolean withExit = random.nextBoolean();
        Map<String, Tensor> pool = new HashMap<>(inputs);
        String state = path.stemOutput();
        Map<String, Tensor> made = withStem
                ? Map.of()
                : Ort.run(graphs.stem(path.stemOutput(), path.sideValues()).toBytes(), pool);
        path.sideValues().stream().filter(made::containsKey).forEach(name -> pool.put(name, made.get(name)));
        Tensor hidden = made.get(state);
        for (int index = 0; index < stretches.size(); index++) {
            LayerSpec layer = stretches.get(index);
            boolean first = withStem && index == 0;
            boolean last = withExit && index == stretches.size() - 1;
            SegmentGraph stretch = graphs.stretch(
                    first ? path.stemOutput() : null, path.sideValues(), layer, last ? path.exit() : null);
            Map<String, Tensor> answers = first ? Ort.run(stretch.toBytes(), pool) : step(stretch, pool, hidden);
            if (last) {
                return answers;
            }
            path.sideValues().stream().filter(answers::containsKey).forEach(name -> pool.put(name, answers.get(name)));
            state = layer.output();
            hidden = answers.get(state);
        }
        return step(graphs.exit(path.exit(), state, path.sideValues()), pool, hidden);
    }

    private static Map<String, Tensor> step(SegmentGraph segment, Map<String, Tensor> pool, Tensor hidden)
            throws OrtException {
        Map<String, Tensor> given = new HashMap<>(pool);
        given.put(segment.hiddenInput().orElseThrow(), hidden);
        return Ort.run(segment.toBytes(), given);
    }
}
