/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.coordinator.internal.pipeline.ServiceEntry;

/**
 * Gets services of one kind from the framework. Getting a service may run its bundle's own code, which activates it there
 * and then; so it happens on a thread of its own, for which whoever brought the service waits a moment only. One that
 * takes longer is put up when it is there, and holds up no other. Thread-safe.
 */
final class ServiceIntake<T> {
    /** Where services are put up and taken down. */
    interface Board<T> {
        void bind(ServiceReference<T> reference, T service, Map<String, Object> properties);

        void update(ServiceReference<T> reference, Map<String, Object> properties);

        void unbind(ServiceReference<T> reference);
    }

    private static final Logger LOG = LoggerFactory.getLogger(ServiceIntake.class);

    private final BundleContext context;
    private final Executor threads;
    private final long waitMillis;
    private final Board<T> board;
    private final Map<ServiceReference<T>, Arrival> arrivals = new HashMap<>();

    /** @param waitMillis how long a thread that brings a service waits for it to be put up */
    ServiceIntake(BundleContext context, Executor threads, long waitMillis, Board<T> board) {
        this.context = context;
        this.threads = threads;
        this.waitMillis = waitMillis;
        this.board = board;
    }

    void come(ServiceReference<T> reference) {
        Arrival arrival = new Arrival(reference);
        synchronized (arrivals) {
            // A service that comes while this bundle starts may be told of twice.
            if (arrivals.putIfAbsent(reference, arrival) != null) {
                return;
            }
        }
        try {
            CompletableFuture.runAsync(arrival::get, threads).get(waitMillis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("The platform has stopped; the service {} is not used", reference, e);
        } catch (TimeoutException e) {
            LOG.warn(
                    "The service {} {} takes long to get ready; it is used when it is",
                    reference,
                    arrival.properties().get(ServiceEntry.NAME));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            LOG.error(
                    "The service {} {} cannot be used",
                    reference,
                    arrival.properties().get(ServiceEntry.NAME),
                    e.getCause());
        }
    }

    void change(ServiceReference<T> reference) {
        Arrival arrival;
        synchronized (arrivals) {
            arrival = arrivals.get(reference);
        }
        if (arrival != null) {
            arrival.update();
        }
    }

    void go(ServiceReference<T> reference) {
        Arrival arrival;
        synchronized (arrivals) {
            arrival = arrivals.remove(reference);
        }
        if (arrival != null) {
            arrival.leave();
        }
    }

    /** One registration, from coming to going. */
    private final class Arrival {
        private final ServiceReference<T> reference;
        private boolean isUp;
        private boolean gone;

        Arrival(ServiceReference<T> reference) {
            this.reference = reference;
        }

        void get() {
            T got = context.getService(reference);
            if (got == null) {
                LOG.warn("The service {} is registered, but its bundle does not give it out", reference);
                return;
            }
            synchronized (this) {
                if (!gone) {
                    isUp = true;
                    board.bind(reference, got, properties());
                    return;
                }
            }
            // It went before it was there.
            release();
        }

        synchronized void update() {
            if (isUp && !gone) {
                board.update(reference, properties());
            }
        }

        void leave() {
            boolean wasUp;
            synchronized (this) {
                gone = true;
                wasUp = isUp;
            }
            if (wasUp) {
                // Waits for requests that work with it, so it holds no lock.
                board.unbind(reference);
                release();
            }
        }

        private Map<String, Object> properties() {
            return new HashMap<>(FrameworkUtil.asMap(reference.getProperties()));
        }

        private void release() {
            try {
                context.ungetService(reference);
            } catch (IllegalStateException e) {
                LOG.debug("This bundle has stopped, and with it its use of {}", reference, e);
            }
        }
    }
}
