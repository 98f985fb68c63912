/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm.plugin;

import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.tminus.backend.BackendSession;
import org.tminus.backend.Run;
import org.tminus.backend.RunControl;
import org.tminus.failure.InvalidRequestException;
import org.tminus.failure.TminusException;
import org.tminus.model.Path;
import org.tminus.storm.fault.Fault;
import org.tminus.tensor.Tensor;

/** A session of another backend, with its answers spoilt now and then. */
final class FaultySession implements BackendSession {
    private final BackendSession delegate;
    private final Path fullDepth;
    private final Misbehaviour misbehaviour;
    private final AtomicBoolean closed = new AtomicBoolean();

    FaultySession(BackendSession delegate, Path fullDepth, Misbehaviour misbehaviour) {
        this.delegate = delegate;
        this.fullDepth = fullDepth;
        this.misbehaviour = misbehaviour;
    }

    @Override
    public void prepare(Path path) throws TminusException {
        delegate.prepare(path);
    }

    @Override
    public boolean isPrepared(Path path) {
        return delegate.isPrepared(path);
    }

    @Override
    public Map<String, Tensor> run(Path path, Map<String, Tensor> inputs, RunControl control) throws TminusException {
        Set<Fault> possible = EnumSet.of(Fault.REFUSES, Fault.HANGS_DEAF, Fault.WRONG_SHAPE, Fault.ANSWERS_WRONGLY);
        if (!path.equals(fullDepth)) {
            possible.add(Fault.NAN);
        }
        Fault fault = misbehaviour.next(possible);
        if (fault == Fault.REFUSES) {
            throw new InvalidRequestException("Refused as told.", "");
        }
        return Spoilt.outputs(delegate.run(path, inputs, control), fault);
    }

    @Override
    public Run start(Map<String, Tensor> inputs, RunControl control) throws TminusException {
        misbehaviour.next();
        return new FaultyRun(delegate.start(inputs, control), misbehaviour);
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            delegate.close();
            misbehaviour.sessions(-1);
        }
    }
}
