/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.backend.Backend;
import org.tminus.backend.Telemetry;
import org.tminus.coordinator.internal.pipeline.ServiceEntry;

/** A backend's telemetry, read once per request at most; a backend that fails to report is one that reports nothing. */
final class DeviceTelemetry implements Supplier<Telemetry> {
    private static final Logger LOG = LoggerFactory.getLogger(DeviceTelemetry.class);

    private final ServiceEntry<Backend> backend;
    private @Nullable Telemetry read;

    DeviceTelemetry(ServiceEntry<Backend> backend) {
        this.backend = backend;
    }

    @Override
    public Telemetry get() {
        Telemetry known = read;
        if (known == null) {
            try {
                known = backend.service().telemetry();
            } catch (RuntimeException | LinkageError e) {
                LOG.debug("The {} has no telemetry now", backend, e);
                known = Telemetry.none();
            }
            read = known;
        }
        return known;
    }
}
