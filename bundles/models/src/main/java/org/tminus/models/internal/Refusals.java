/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.models.internal;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.util.tracker.ServiceTracker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.model.ModelRefusalListener;

/** Tells whoever listens of what is refused, and the first listener of what was refused before it. Thread-safe. */
final class Refusals extends ServiceTracker<ModelRefusalListener, ModelRefusalListener> {
    private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);
    /** While nobody listens, the newest are kept. */
    private static final int KEPT = 100;

    private record Refusal(String source, String reason) {}

    private final List<ModelRefusalListener> listeners = new ArrayList<>();
    private final Deque<Refusal> untold = new ArrayDeque<>();

    Refusals(BundleContext context) {
        super(context, ModelRefusalListener.class, null);
    }

    /** @param source the name of the file, or the location of the bundle */
    void tell(String source, Exception why) {
        Refusal refusal = new Refusal(source, String.valueOf(why.getMessage()));
        List<ModelRefusalListener> told;
        synchronized (listeners) {
            told = List.copyOf(listeners);
            if (told.isEmpty()) {
                untold.addLast(refusal);
                if (untold.size() > KEPT) {
                    untold.removeFirst();
                }
            }
        }
        told.forEach(listener -> tell(listener, refusal));
    }

    private static void tell(ModelRefusalListener listener, Refusal refusal) {
        try {
            listener.refused(refusal.source(), refusal.reason());
        } catch (RuntimeException | LinkageError e) {
            LOG.warn("A listener could not be told that {} is refused", refusal.source(), e);
        }
    }

    @Override
    public @Nullable ModelRefusalListener addingService(ServiceReference<ModelRefusalListener> reference) {
        ModelRefusalListener listener = context.getService(reference);
        if (listener == null) {
            return null;
        }
        List<Refusal> missed;
        synchronized (listeners) {
            listeners.add(listener);
            missed = List.copyOf(untold);
            untold.clear();
        }
        missed.forEach(refusal -> tell(listener, refusal));
        return listener;
    }

    @Override
    public void removedService(ServiceReference<ModelRefusalListener> reference, ModelRefusalListener listener) {
        synchronized (listeners) {
            listeners.remove(listener);
        }
        super.removedService(reference, listener);
    }
}
