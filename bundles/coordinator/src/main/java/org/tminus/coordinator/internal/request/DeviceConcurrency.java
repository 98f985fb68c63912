/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.backend.Backend;
import org.tminus.coordinator.internal.pipeline.Leasable;
import org.tminus.coordinator.internal.pipeline.ServiceEntry;

/**
 * How many runs at once each backend does well. A backend is asked once, in the background: whoever registers a service
 * must not wait for what another one answers. Thread-safe.
 */
final class DeviceConcurrency {
    private static final Logger LOG = LoggerFactory.getLogger(DeviceConcurrency.class);

    private final Executor background;
    private final Runnable learned;
    /** By the backend's lease; 1 until it has answered. */
    private final Map<Leasable, Integer> known = new ConcurrentHashMap<>();

    /** @param learned what to do when a backend has answered */
    DeviceConcurrency(Executor background, Runnable learned) {
        this.background = background;
        this.learned = learned;
    }

    int of(ServiceEntry<Backend> backend) {
        if (backend.lease().isRetired()) {
            return 1;
        }
        Integer answer = known.putIfAbsent(backend.lease(), 1);
        if (answer != null) {
            return answer;
        }
        try {
            background.execute(() -> ask(backend));
        } catch (RejectedExecutionException e) {
            LOG.debug("The platform has stopped; the {} is not asked", backend, e);
        }
        return 1;
    }

    private void ask(ServiceEntry<Backend> backend) {
        try {
            int answer = backend.service().device().concurrency();
            if (known.replace(backend.lease(), answer) != null) {
                learned.run();
            }
        } catch (RuntimeException | Error e) {
            backend.health().failed("its device cannot be described: " + e, System.nanoTime());
        }
    }

    void forget(Leasable backend) {
        known.remove(backend);
    }
}
