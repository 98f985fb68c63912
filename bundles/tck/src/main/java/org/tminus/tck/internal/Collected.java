/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tck.internal;

import java.lang.ref.WeakReference;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Waits, bounded, until something is no longer held. */
public final class Collected {
    private static final int ATTEMPTS = 120;
    private static final long PAUSE_MILLIS = 50;

    private Collected() {}

    /** Whether the garbage collector takes it within a few attempts. */
    public static boolean soon(WeakReference<?> reference) {
        return eventually(() -> {
            System.gc();
            return reference.refersTo(null);
        });
    }

    /** Whether the condition holds within some seconds. */
    public static boolean eventually(BooleanSupplier condition) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            if (condition.getAsBoolean()) {
                return true;
            }
            try {
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return condition.getAsBoolean();
    }
}
