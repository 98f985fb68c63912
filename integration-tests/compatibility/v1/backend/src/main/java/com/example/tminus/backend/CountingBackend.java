/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package com.example.tminus.backend;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.Set;
import org.osgi.service.component.annotations.Component;
import org.tminus.backend.Backend;
import org.tminus.backend.BackendSession;
import org.tminus.backend.DeviceDescription;
import org.tminus.backend.Run;
import org.tminus.backend.RunControl;
import org.tminus.backend.Telemetry;
import org.tminus.failure.BackendException;
import org.tminus.failure.TminusException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.ExitId;
import org.tminus.model.LayerId;
import org.tminus.model.Path;
import org.tminus.model.TensorSpec;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;
import org.tminus.tensor.Tensor;

/** Answers every output with the number of layers that ran, so that a test can see which path was taken. */
@Component(property = {Backend.NAME + "=v1-counting", "service.ranking:Integer=-100"})
public final class CountingBackend implements Backend {
    @Override
    public DeviceDescription device() {
        return DeviceDescription.builder("counting")
                .name("counts layers")
                .numericClass("exact")
                .concurrency(2)
                .build();
    }

    @Override
    public Telemetry telemetry() {
        return Telemetry.builder().figure(Telemetry.LOAD, 0).build();
    }

    @Override
    public BackendSession open(AdaptiveModel model) throws BackendException {
        if (model.layers().isEmpty()) {
            throw new BackendException("Model " + model.name() + " has no layers.", "Use one that has.");
        }
        return new Session(model);
    }

    private static Map<String, Tensor> answer(AdaptiveModel model, int rows, int layers, RunControl control)
            throws BackendException {
        Map<String, Tensor> outputs = new HashMap<>();
        for (String name : control.requestedOutputs()) {
            TensorSpec spec = model.signature()
                    .output(name)
                    .orElseThrow(() -> new BackendException("There is no output " + name + ".", "Ask for another."));
            long[] dimensions = spec.dimensions().stream()
                    .mapToLong(size -> size == TensorSpec.ANY ? 1 : size)
                    .toArray();
            dimensions[0] = rows;
            HostTensor tensor = control.destination(name)
                    .orElseGet(() -> HostTensor.allocate(spec.elementType(), Shape.of(dimensions)));
            var values = tensor.writableBuffer().asFloatBuffer();
            while (values.hasRemaining()) {
                values.put(layers);
            }
            outputs.put(name, tensor);
        }
        return outputs;
    }

    private static int rows(Map<String, Tensor> inputs) {
        return (int) inputs.values().iterator().next().shape().dimension(0);
    }

    private static final class Session implements BackendSession {
        private final AdaptiveModel model;
        private final Set<Path> prepared = ConcurrentHashMap.newKeySet();

        Session(AdaptiveModel model) {
            this.model = model;
        }

        @Override
        public void prepare(Path path) throws TminusException {
            model.check(path);
            prepared.add(path);
        }

        @Override
        public boolean isPrepared(Path path) {
            return prepared.contains(path);
        }

        @Override
        public Map<String, Tensor> run(Path path, Map<String, Tensor> inputs, RunControl control)
                throws TminusException {
            control.check();
            return answer(model, rows(inputs), path.depth(), control);
        }

        @Override
        public Run start(Map<String, Tensor> inputs, RunControl control) throws TminusException {
            control.check();
            return new Steps(model, rows(inputs), control);
        }

        @Override
        public void close() {
            prepared.clear();
        }
    }

    private static final class Steps implements Run {
        private final AdaptiveModel model;
        private final RunControl control;
        private int rows;
        private int layers;

        Steps(AdaptiveModel model, int rows, RunControl control) {
            this.model = model;
            this.rows = rows;
            this.control = control;
        }

        @Override
        public int rows() {
            return rows;
        }

        @Override
        public void advance(List<LayerId> next) throws TminusException {
            control.check();
            layers += next.size();
        }

        @Override
        public Map<String, Tensor> read(ExitId exit) throws TminusException {
            return answer(model, rows, layers, control);
        }

        @Override
        public Tensor pooled() {
            return HostTensor.ofFloats(Shape.of(rows, 1), new float[rows]);
        }

        @Override
        public void retain(int[] kept) {
            rows = kept.length;
        }

        @Override
        public void close() {
            rows = 0;
        }
    }
}
