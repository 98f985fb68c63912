/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tck;

import java.util.List;
import java.util.Map;
import org.tminus.backend.Backend;
import org.tminus.backend.BackendSession;
import org.tminus.backend.DeviceDescription;
import org.tminus.backend.Run;
import org.tminus.backend.RunControl;
import org.tminus.backend.Telemetry;
import org.tminus.backend.cpu.CpuBackend;
import org.tminus.failure.BackendException;
import org.tminus.failure.TminusException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.ExitId;
import org.tminus.model.LayerId;
import org.tminus.model.Path;
import org.tminus.onnxruntime.OnnxRuntimes;
import org.tminus.tensor.Tensor;

/** A good backend, of which a test makes one thing bad. */
class WrappedBackend implements Backend {
    private final CpuBackend inner = new CpuBackend(OnnxRuntimes.standalone());

    @Override
    public DeviceDescription device() {
        return inner.device();
    }

    @Override
    public Telemetry telemetry() {
        return inner.telemetry();
    }

    @Override
    public BackendSession open(AdaptiveModel model) throws BackendException {
        return wrap(inner.open(model));
    }

    BackendSession wrap(BackendSession session) {
        return new Session(session);
    }

    static class Session implements BackendSession {
        final BackendSession inner;

        Session(BackendSession inner) {
            this.inner = inner;
        }

        @Override
        public void prepare(Path path) throws TminusException {
            inner.prepare(path);
        }

        @Override
        public boolean isPrepared(Path path) {
            return inner.isPrepared(path);
        }

        @Override
        public Map<String, Tensor> run(Path path, Map<String, Tensor> inputs, RunControl control)
                throws TminusException {
            return inner.run(path, inputs, control);
        }

        @Override
        public Run start(Map<String, Tensor> inputs, RunControl control) throws TminusException {
            return wrap(inner.start(inputs, control));
        }

        Run wrap(Run run) {
            return run;
        }

        @Override
        public void close() {
            inner.close();
        }
    }

    static class Steps implements Run {
        final Run inner;

        Steps(Run inner) {
            this.inner = inner;
        }

        @Override
        public int rows() {
            return inner.rows();
        }

        @Override
        public void advance(List<LayerId> layers) throws TminusException {
            inner.advance(layers);
        }

        @Override
        public Map<String, Tensor> read(ExitId exit) throws TminusException {
            return inner.read(exit);
        }

        @Override
        public Tensor pooled() throws TminusException {
            return inner.pooled();
        }

        @Override
        public void retain(int[] rows) throws TminusException {
            inner.retain(rows);
        }

        @Override
        public void close() {
            inner.close();
        }
    }
}
