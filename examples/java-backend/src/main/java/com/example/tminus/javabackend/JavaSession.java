/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package com.example.tminus.javabackend;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.tminus.backend.BackendSession;
import org.tminus.backend.Run;
import org.tminus.backend.RunControl;
import org.tminus.failure.TminusException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.LayerId;
import org.tminus.model.Path;
import org.tminus.tensor.Tensor;

/** One model. There is nothing to compile, so a path is prepared once somebody has asked for it. */
final class JavaSession implements BackendSession {
    private final AdaptiveModel model;
    private final Parts parts;
    private final Set<Path> prepared = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    JavaSession(AdaptiveModel model, Parts parts) {
        this.model = model;
        this.parts = parts;
    }

    @Override
    public void prepare(Path path) throws TminusException {
        checkOpen();
        model.check(path);
        prepared.add(path);
    }

    @Override
    public boolean isPrepared(Path path) {
        return prepared.contains(path);
    }

    @Override
    public Map<String, Tensor> run(Path path, Map<String, Tensor> inputs, RunControl control) throws TminusException {
        checkOpen();
        model.check(path);
        try (JavaRun run = new JavaRun(model, parts, inputs, control)) {
            for (LayerId layer : path.layers()) {
                run.advance(List.of(layer));
            }
            return run.read(path.exit());
        }
    }

    @Override
    public Run start(Map<String, Tensor> inputs, RunControl control) throws TminusException {
        checkOpen();
        return new JavaRun(model, parts, inputs, control);
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("The session of the model " + model + " is closed");
        }
    }

    @Override
    public void close() {
        closed = true;
        prepared.clear();
    }
}
