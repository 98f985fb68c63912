/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.backend.cpu;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Whether a native graph runs faster on the calling thread alone or with the pool, by size of the batch. Waking the pool
 * costs as much as a small layer computes, so that more threads may well take longer; how it is depends on the machine and
 * on what else it does, so it is measured on the runs themselves, and now and then again. While most processors have runs of
 * their own, nobody asks for help. Thread-safe; a measurement that is lost when several threads write at once does not
 * matter.
 */
final class ThreadChoice {
    private static final int SIZES = 24;
    /** Each first run takes longer than those after it. */
    private static final int COLD_RUNS = 2;

    private static final int TRIALS = 8;
    /** What is slower gets one run in so many, to see whether that is still so. */
    private static final int RETRY = 256;

    private static final int SMOOTHING = 8;
    /** Something else had the processor then. */
    private static final int OUTLIER = 4;
    /** With less work than this there is nothing to share out. */
    private static final long WORTH_NANOS = 100_000;

    private final int processors;
    private final AtomicIntegerArray runs = new AtomicIntegerArray(2 * SIZES);
    private final AtomicLongArray nanos = new AtomicLongArray(2 * SIZES);

    ThreadChoice(int processors) {
        this.processors = processors;
    }

    /** Whether a pool could help at all, so far as is known from runs without. */
    boolean isPoolWorthTrying() {
        for (int size = 0; size < SIZES; size++) {
            if (runs.get(2 * size) >= COLD_RUNS + TRIALS && nanos.get(2 * size) >= WORTH_NANOS) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether the pool should help.
     *
     * @param size rows times length
     * @param running native runs that are under way, this one included
     */
    boolean withPool(long size, int running) {
        if (2 * running > processors) {
            return false;
        }
        int alone = 2 * bucket(size);
        int pooled = alone + 1;
        int runsAlone = runs.get(alone);
        int runsPooled = runs.get(pooled);
        int enough = COLD_RUNS + TRIALS;
        if (runsAlone < enough || nanos.get(alone) < WORTH_NANOS) {
            return false;
        }
        if (runsPooled < enough) {
            return true;
        }
        boolean faster = nanos.get(pooled) < nanos.get(alone);
        boolean retry = (runsAlone + runsPooled) % RETRY == 0;
        return faster != retry;
    }

    /** Notes what a run took; those beside which others were under way say nothing. */
    void ran(long size, boolean withPool, int running, long took) {
        if (running > 1) {
            return;
        }
        int index = 2 * bucket(size) + (withPool ? 1 : 0);
        int before = runs.getAndIncrement(index);
        if (before < COLD_RUNS) {
            return;
        }
        long mean = nanos.get(index);
        nanos.set(index, before == COLD_RUNS ? took : mean + (Math.min(took, OUTLIER * mean) - mean) / SMOOTHING);
    }

    private static int bucket(long size) {
        return Math.min(SIZES - 1, Long.SIZE - Long.numberOfLeadingZeros(Math.max(1, size)) - 1);
    }
}
