/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm.leak;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.util.tracker.ServiceTracker;
import org.tminus.backend.Backend;
import org.tminus.backend.Telemetry;

/**
 * Whether sessions were closed. A backend that went says in its telemetry how much memory its sessions hold; when all are closed, that is
 * nothing. It is kept until then, and no longer, since it keeps its class loader. Plugins of the storm tell of each session. Thread-safe.
 */
public final class SessionWatch implements AutoCloseable {
    private final ServiceTracker<Backend, Backend> tracker;
    private final List<Backend> gone = new ArrayList<>();
    private final AtomicInteger open = new AtomicInteger();

    public SessionWatch(BundleContext context) {
        tracker = new ServiceTracker<>(context, Backend.class, null) {
            @Override
            public void removedService(ServiceReference<Backend> reference, Backend backend) {
                SessionWatch.this.gone(backend);
                super.removedService(reference, backend);
            }
        };
        tracker.open();
    }

    private synchronized void gone(Backend backend) {
        gone.add(backend);
    }

    /** A session of a plugin was opened (1) or closed (-1). */
    public void sessions(int change) {
        open.addAndGet(change);
    }

    /** How many sessions of plugins are open. */
    public int ofPlugins() {
        return open.get();
    }

    /** Backends that went and still hold memory; the others are forgotten. */
    public synchronized int ofGoneBackends() {
        gone.removeIf(
                backend -> backend.telemetry().figure(Telemetry.MEMORY_BYTES).orElse(0) <= 0);
        return gone.size();
    }

    @Override
    public void close() {
        tracker.close();
    }
}
