/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.benchmarks;

import java.util.HashMap;
import java.util.Map;
import org.tminus.backend.Backend;
import org.tminus.backend.BackendSession;
import org.tminus.backend.DeviceDescription;
import org.tminus.backend.Run;
import org.tminus.backend.RunControl;
import org.tminus.backend.Telemetry;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.Path;
import org.tminus.model.TensorSpec;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;
import org.tminus.tensor.Tensor;

/** Answers zeros and computes nothing, so that what a request takes is the platform's. */
final class IdleBackend implements Backend {
    private final int concurrency;

    /** @param concurrency so many runs at once, so that none waits for another */
    IdleBackend(int concurrency) {
        this.concurrency = concurrency;
    }

    @Override
    public DeviceDescription device() {
        return DeviceDescription.builder("cpu").concurrency(concurrency).build();
    }

    @Override
    public Telemetry telemetry() {
        return Telemetry.none();
    }

    @Override
    public BackendSession open(AdaptiveModel model) {
        return new Session(model);
    }

    private record Session(AdaptiveModel model) implements BackendSession {
        @Override
        public void prepare(Path path) {
            // Every path is ready.
        }

        @Override
        public boolean isPrepared(Path path) {
            return true;
        }

        @Override
        public Map<String, Tensor> run(Path path, Map<String, Tensor> inputs, RunControl control) {
            long rows = inputs.values().iterator().next().shape().dimension(0);
            Map<String, Tensor> outputs = new HashMap<>();
            for (TensorSpec output : model.signature().outputs()) {
                long[] shape = output.dimensions().stream()
                        .mapToLong(size -> size == TensorSpec.ANY ? rows : size)
                        .toArray();
                outputs.put(output.name(), HostTensor.allocate(output.elementType(), Shape.of(shape)));
            }
            return outputs;
        }

        @Override
        public Run start(Map<String, Tensor> inputs, RunControl control) {
            throw new UnsupportedOperationException("the policies here have no checkpoints");
        }

        @Override
        public void close() {
            // Nothing is held.
        }
    }
}
