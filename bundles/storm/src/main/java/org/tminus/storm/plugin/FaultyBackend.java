/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm.plugin;

import org.tminus.backend.Backend;
import org.tminus.backend.BackendSession;
import org.tminus.backend.DeviceDescription;
import org.tminus.backend.Telemetry;
import org.tminus.failure.BackendException;
import org.tminus.model.AdaptiveModel;
import org.tminus.storm.fault.FaultSource;

/** Runs on another backend, unless told to misbehave. */
public final class FaultyBackend implements Backend {
    private final Backend delegate;
    private final Misbehaviour misbehaviour;

    /** Called by Declarative Services. */
    public FaultyBackend(Backend delegate, FaultSource source) {
        this.delegate = delegate;
        this.misbehaviour = new Misbehaviour("storm-backend", source);
    }

    /** Called by Declarative Services. */
    public void deactivate() {
        misbehaviour.deactivate();
    }

    @Override
    public DeviceDescription device() {
        return delegate.device();
    }

    @Override
    public Telemetry telemetry() {
        return delegate.telemetry();
    }

    @Override
    public BackendSession open(AdaptiveModel model) throws BackendException {
        if (misbehaviour.refusesToOpen()) {
            throw new BackendException("Does not open as told.", "");
        }
        BackendSession session = new FaultySession(delegate.open(model), model.fullDepth(), misbehaviour);
        misbehaviour.sessions(1);
        return session;
    }
}
