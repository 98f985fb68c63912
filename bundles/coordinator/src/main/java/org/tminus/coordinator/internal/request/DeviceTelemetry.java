/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.backend.Telemetry;
import org.tminus.coordinator.internal.session.SessionSlot;

/**
 * A backend's telemetry, read once per request at most; a backend that fails to report is one that reports nothing. One
 * thread at a time.
 */
final class DeviceTelemetry implements Supplier<Telemetry> {
    private static final Logger LOG = LoggerFactory.getLogger(DeviceTelemetry.class);

    private final Execution execution;
    private final SessionSlot slot;
    private @Nullable Telemetry read;

    DeviceTelemetry(Execution execution, SessionSlot slot) {
        this.execution = execution;
        this.slot = slot;
    }

    @Override
    public Telemetry get() {
        Telemetry known = read;
        if (known == null) {
            // It may come from within a call to the policy, which is not to blame for how long this takes.
            known = execution.guard().during(slot, execution.now(), this::ask);
            read = known;
        }
        return known;
    }

    private Telemetry ask() {
        try {
            return Objects.requireNonNull(slot.backend().service().telemetry());
        } catch (RuntimeException | Error e) {
            LOG.debug("The {} has no telemetry now", slot.backend(), e);
            return Telemetry.none();
        }
    }
}
