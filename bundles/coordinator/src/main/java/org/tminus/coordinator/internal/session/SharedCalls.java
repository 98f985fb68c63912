/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.session;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Whether calls for several requests at once do well in a session. After {@link #LIMIT} failures in a row none are made for a
 * minute; after one that hung, none any more: each would hold a thread. Thread-safe.
 */
public final class SharedCalls {
    /** How many failures in a row are too many. */
    public static final int LIMIT = 3;

    private static final long REST_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final AtomicInteger failuresInARow = new AtomicInteger();
    private volatile long restsUntil;
    private volatile boolean hung;

    /** @param now monotonic nanoseconds */
    public boolean areWorthwhile(long now) {
        return !hung && (failuresInARow.get() < LIMIT || now - restsUntil >= 0);
    }

    public void succeeded() {
        if (failuresInARow.get() != 0) {
            failuresInARow.set(0);
        }
    }

    /** @return whether this failure is one too many */
    public boolean failed(long now) {
        boolean tooMany = failuresInARow.get() + 1 >= LIMIT;
        if (tooMany) {
            restsUntil = now + REST_NANOS;
        }
        failuresInARow.incrementAndGet();
        return tooMany;
    }

    public void hung() {
        hung = true;
    }
}
