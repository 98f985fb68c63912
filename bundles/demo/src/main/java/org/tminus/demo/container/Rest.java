/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.demo.container;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.tminus.demo.measure.ProcessMemory;

/** Waiting, with a bound. */
final class Rest {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Duration STEP = Duration.ofMillis(100);
    /** So many steps in a row without a change count as rest. */
    private static final int QUIET_STEPS = 10;

    private static final int MOST_STEPS = 100;
    private static final long NOISE_BYTES = 256 * 1024;

    private Rest() {}

    /**
     * @param otherwise what to say when the time is over
     * @throws IllegalStateException if the condition does not come true within a minute and a half
     */
    static void until(BooleanSupplier condition, Supplier<String> otherwise) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("After " + PATIENCE.toSeconds() + " s " + otherwise.get());
            }
            Thread.sleep(STEP.toMillis());
        }
    }

    /** Waits for the condition, but goes on when the time is over. */
    static void atMost(Duration patience, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!condition.getAsBoolean() && System.nanoTime() < deadline) {
            Thread.sleep(STEP.toMillis());
        }
    }

    /** Resident memory once it stops to change; what it is after ten seconds, if it does not. */
    static OptionalLong await(ProcessMemory memory) throws InterruptedException {
        System.gc();
        OptionalLong last = memory.resident();
        int quiet = 0;
        for (int step = 0; step < MOST_STEPS && quiet < QUIET_STEPS && last.isPresent(); step++) {
            Thread.sleep(STEP.toMillis());
            OptionalLong now = memory.resident();
            boolean changed = now.isEmpty() || Math.abs(now.getAsLong() - last.getAsLong()) > NOISE_BYTES;
            quiet = changed ? 0 : quiet + 1;
            last = now;
        }
        return last;
    }
}
