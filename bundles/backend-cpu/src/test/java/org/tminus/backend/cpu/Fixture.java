/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.backend.cpu;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtSession;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.tminus.backend.BackendSession;
import org.tminus.backend.RunControl;
import org.tminus.backend.RunControls;
import org.tminus.failure.BackendException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.Exit;
import org.tminus.model.ExitId;
import org.tminus.model.Layer;
import org.tminus.model.LayerId;
import org.tminus.model.Path;
import org.tminus.onnxruntime.OnnxRuntime;
import org.tminus.onnxruntime.OnnxRuntimes;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Tensor;

/** What the tests share. */
final class Fixture {
    static final OnnxRuntime RUNTIME = OnnxRuntimes.standalone();

    private Fixture() {}

    static CpuBackend backend() {
        return new CpuBackend(RUNTIME, Limits.defaults());
    }

    /** What the sessions of a model have in common; the caller holds its weights. */
    static ModelContext context(AdaptiveModel model, Deadlines deadlines, Executor compiler, NativeMemory memory)
            throws BackendException {
        ModelGraphs graphs = ModelGraphs.read(model);
        return new ModelContext(
                RUNTIME,
                model,
                graphs,
                new InputCheck(model),
                deadlines,
                compiler,
                memory,
                ModelWeights.of(model, graphs, RUNTIME, memory, null),
                new Folding(model),
                new AtomicInteger());
    }

    static RunControl logits() {
        return RunControls.forOutputs("logits");
    }

    static Tensor run(BackendSession session, Path path, Map<String, Tensor> inputs) throws Exception {
        return session.run(path, inputs, logits()).get("logits");
    }

    /** The library's own answer for the whole model, outside the backend. */
    static HostTensor plain(AdaptiveModel model, Map<String, Tensor> inputs) throws Exception {
        Map<String, OnnxTensor> values = new HashMap<>();
        try (OrtSession.SessionOptions options = RUNTIME.newSessionOptions();
                OrtSession session = RUNTIME.environment()
                        .createSession(model.file("model.onnx").orElseThrow().toString(), options)) {
            for (Map.Entry<String, Tensor> input : inputs.entrySet()) {
                values.put(input.getKey(), Tensors.toNative(RUNTIME.environment(), input.getValue()));
            }
            try (OrtSession.Result result = session.run(values)) {
                return Tensors.toHost(result.get("logits").orElseThrow());
            }
        } finally {
            values.values().forEach(OnnxTensor::close);
        }
    }

    /** The largest difference, relative to the largest magnitude. */
    static double difference(Tensor actual, Tensor expected) {
        return PathCheck.difference(actual, expected);
    }

    static Tensor row(Tensor tensor, int row) {
        return Tensors.rows(tensor, new int[] {row});
    }

    static Map<String, Tensor> row(Map<String, Tensor> tensors, int row) {
        Map<String, Tensor> single = new HashMap<>();
        tensors.forEach((name, tensor) -> single.put(name, row(tensor, row)));
        return single;
    }

    /** The first layers, with the exit that follows them. */
    static Path prefix(AdaptiveModel model, int layers) {
        List<LayerId> ids =
                model.layers().subList(0, layers).stream().map(Layer::id).toList();
        return layers == model.layers().size()
                ? model.fullDepth()
                : new Path(ids, new ExitId("exit." + Math.max(0, layers - 1)));
    }

    static Path randomPath(AdaptiveModel model, Random random) {
        List<LayerId> layers = new ArrayList<>();
        for (Layer layer : model.layers()) {
            if (random.nextBoolean()) {
                layers.add(layer.id());
            }
        }
        List<Exit> exits = model.exits();
        return new Path(layers, exits.get(random.nextInt(exits.size())).id());
    }
}
