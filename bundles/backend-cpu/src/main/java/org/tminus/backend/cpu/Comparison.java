/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.backend.cpu;

import java.util.function.LongSupplier;
import org.tminus.failure.TminusException;

/**
 * Which of two ways to compute the same is faster: the fastest turn of each counts, and turns alternate, so that whatever else
 * the machine does concerns both.
 */
final class Comparison {
    private static final int TURNS = 20;
    /** A gain that is smaller is none. */
    private static final double LEAST_GAIN = 0.02;

    private final LongSupplier clock;

    /** @param clock in nanoseconds */
    Comparison(LongSupplier clock) {
        this.clock = clock;
    }

    interface Way {
        void go() throws TminusException;
    }

    boolean isFaster(Way candidate, Way other) throws TminusException {
        candidate.go();
        other.go();
        long fastest = Long.MAX_VALUE;
        long fastestOther = Long.MAX_VALUE;
        for (int turn = 0; turn < TURNS; turn++) {
            fastest = Math.min(fastest, time(candidate));
            fastestOther = Math.min(fastestOther, time(other));
        }
        return fastest < (1 - LEAST_GAIN) * fastestOther;
    }

    private long time(Way way) throws TminusException {
        long begin = clock.getAsLong();
        way.go();
        return clock.getAsLong() - begin;
    }
}
