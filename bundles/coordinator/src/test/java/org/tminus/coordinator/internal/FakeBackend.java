/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
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
import org.tminus.tensor.ElementType;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;
import org.tminus.tensor.Tensor;

/**
 * A backend whose answer shows what ran: y = [value of x in column 0, layers that ran, 0]. Tests replace single steps.
 */
final class FakeBackend implements Backend {
    /** What happens when a path runs. */
    interface Behaviour {
        Map<String, Tensor> run(Path path, Map<String, Tensor> inputs, RunControl control) throws TminusException;
    }

    /** What happens before a session opens. */
    interface Opening {
        void before(AdaptiveModel model) throws BackendException;
    }

    final AtomicInteger opened = new AtomicInteger();
    final AtomicInteger closed = new AtomicInteger();
    final AtomicInteger runs = new AtomicInteger();
    final AtomicInteger runsInProgress = new AtomicInteger();
    final AtomicInteger openRuns = new AtomicInteger();
    final Set<Path> prepared = ConcurrentHashMap.newKeySet();
    final List<Path> paths = java.util.Collections.synchronizedList(new ArrayList<>());
    volatile Behaviour behaviour = FakeBackend::answer;
    volatile Opening opening = model -> {};
    volatile Telemetry telemetry = Telemetry.none();
    volatile int concurrency = 2;
    /** What a run gives as its pooled state instead of the right one. */
    volatile UnaryOperator<Tensor> pooling = right -> right;

    /** What column 1 of y is scaled by after each layer; a large one makes exits sure. */
    volatile float sureness = 1;

    static Map<String, Tensor> answer(Path path, Map<String, Tensor> inputs, RunControl control) {
        return output(inputs, path.depth(), control);
    }

    static Map<String, Tensor> output(Map<String, Tensor> inputs, float second, RunControl control) {
        Tensor input = inputs.containsKey("x") ? inputs.get("x") : inputs.get("ids");
        int rows = (int) input.shape().dimension(0);
        HostTensor y =
                control.destination("y").orElseGet(() -> HostTensor.ofFloats(Shape.of(rows, 3), new float[rows * 3]));
        var floats = y.writableBuffer().asFloatBuffer();
        for (int row = 0; row < rows; row++) {
            floats.put(
                    row * 3,
                    inputs.containsKey("x") ? input.buffer().asFloatBuffer().get(row * 4) : 0);
            floats.put(row * 3 + 1, second);
            floats.put(row * 3 + 2, 0);
        }
        Map<String, Tensor> outputs = new HashMap<>();
        outputs.put("y", y);
        return outputs;
    }

    @Override
    public DeviceDescription device() {
        return DeviceDescription.builder("cpu").concurrency(concurrency).build();
    }

    @Override
    public Telemetry telemetry() {
        return telemetry;
    }

    @Override
    public BackendSession open(AdaptiveModel model) throws BackendException {
        opening.before(model);
        opened.incrementAndGet();
        return new Session();
    }

    private final class Session implements BackendSession {
        private volatile boolean over;

        @Override
        public void prepare(Path path) {
            prepared.add(path);
        }

        @Override
        public boolean isPrepared(Path path) {
            return prepared.contains(path);
        }

        @Override
        public Map<String, Tensor> run(Path path, Map<String, Tensor> inputs, RunControl control)
                throws TminusException {
            if (over) {
                throw new IllegalStateException("The session is closed");
            }
            runs.incrementAndGet();
            paths.add(path);
            runsInProgress.incrementAndGet();
            try {
                return behaviour.run(path, inputs, control);
            } finally {
                runsInProgress.decrementAndGet();
            }
        }

        @Override
        public Run start(Map<String, Tensor> inputs, RunControl control) throws TminusException {
            openRuns.incrementAndGet();
            return new FakeRun(inputs, control);
        }

        @Override
        public void close() {
            if (!over) {
                over = true;
                closed.incrementAndGet();
            }
        }
    }

    private final class FakeRun implements Run {
        private final RunControl control;
        private Map<String, Tensor> inputs;
        private int layers;
        private boolean over;

        FakeRun(Map<String, Tensor> inputs, RunControl control) {
            this.inputs = inputs;
            this.control = control;
        }

        @Override
        public int rows() {
            return (int) inputs.get("x").shape().dimension(0);
        }

        @Override
        public void advance(List<LayerId> ids) throws TminusException {
            control.check();
            layers += ids.size();
        }

        @Override
        public Map<String, Tensor> read(ExitId exit) throws TminusException {
            // Goes through the behaviour, so that a test can spoil single exits.
            List<LayerId> ran = new ArrayList<>();
            for (int index = 0; index < layers; index++) {
                ran.add(TestModels.layer(index));
            }
            Map<String, Tensor> outputs = behaviour.run(new Path(ran, exit), inputs, control);
            if (outputs.get("y") instanceof HostTensor y && y.elementType().equals(ElementType.FLOAT32)) {
                var floats = y.writableBuffer().asFloatBuffer();
                for (int row = 0; row < rows(); row++) {
                    floats.put(row * 3, floats.get(row * 3) * sureness);
                }
            }
            return outputs;
        }

        @Override
        public Tensor pooled() {
            return pooling.apply(HostTensor.copyOf(inputs.get("x")));
        }

        @Override
        public void retain(int[] rows) {
            HostTensor kept = HostTensor.ofFloats(Shape.of(rows.length, 4), new float[rows.length * 4]);
            var target = kept.writableBuffer().asFloatBuffer();
            var source = inputs.get("x").buffer().asFloatBuffer();
            for (int row = 0; row < rows.length; row++) {
                for (int column = 0; column < 4; column++) {
                    target.put(row * 4 + column, source.get(rows[row] * 4 + column));
                }
            }
            inputs = Map.of("x", kept);
        }

        @Override
        public void close() {
            if (!over) {
                over = true;
                openRuns.decrementAndGet();
            }
        }
    }
}
