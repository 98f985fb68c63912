/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.backend.cpu;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.tminus.backend.BackendSession;
import org.tminus.backend.Run;
import org.tminus.backend.RunControl;
import org.tminus.failure.TminusException;
import org.tminus.model.LayerId;
import org.tminus.model.Path;
import org.tminus.tensor.Tensor;

/** One model on the processor: its compiled paths, and the chain for everything else. */
final class CpuSession implements BackendSession {
    private final ModelContext context;
    private final Chain chain;
    private final CompiledPaths compiled;
    private final AtomicBoolean closed = new AtomicBoolean();

    CpuSession(ModelContext context, Supplier<Limits> limits) {
        this.context = context;
        this.chain = new Chain(context, limits);
        this.compiled = new CompiledPaths(context, new PathCheck(context), limits);
    }

    @Override
    public void prepare(Path path) throws TminusException {
        checkOpen();
        context.model().check(path);
        compiled.prepare(path, chain);
    }

    @Override
    public boolean isPrepared(Path path) {
        return compiled.contains(path);
    }

    @Override
    public Map<String, Tensor> run(Path path, Map<String, Tensor> inputs, RunControl control) throws TminusException {
        CompiledPath whole = compiled.acquire(path);
        if (whole == null) {
            return runChain(path, inputs, control);
        }
        try {
            return whole.run(inputs, control);
        } finally {
            whole.release();
        }
    }

    private Map<String, Tensor> runChain(Path path, Map<String, Tensor> inputs, RunControl control)
            throws TminusException {
        checkOpen();
        context.model().check(path);
        context.inputs().outputs(context.model().exit(path.exit()).orElseThrow(), control.requestedOutputs());
        // What is run again and again as a whole is compiled as a whole.
        try (ChainRun run = ChainRun.startSingly(context, chain, inputs, control)) {
            for (LayerId layer : path.layers()) {
                run.advance(List.of(layer));
            }
            return run.read(path.exit());
        }
    }

    @Override
    public Run start(Map<String, Tensor> inputs, RunControl control) throws TminusException {
        checkOpen();
        return ChainRun.start(context, chain, inputs, control);
    }

    private void checkOpen() {
        if (closed.get()) {
            throw new IllegalStateException(
                    "The session of model " + context.model().name() + " is closed");
        }
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            compiled.close();
            chain.release();
        }
    }
}
