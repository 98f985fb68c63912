/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.measure;

import java.util.List;
import java.util.stream.LongStream;
import org.tminus.failure.TminusException;

/**
 * Times work that is too short to be timed once: it is done again and again for half a second that is not counted and for half
 * a second that is. Used by one thread.
 */
public final class ShortWork {
    private static final long WARM_UP_NANOS = 500_000_000L;
    private static final long COUNTED_NANOS = 500_000_000L;
    private static final int MOST_COUNTED = 20_000;

    private ShortWork() {}

    /** What is done with one batch. */
    public interface Batch {
        /** @return how many inputs it has, at least 1 */
        int run() throws TminusException;
    }

    /**
     * Times batches in turns.
     *
     * @param batches at least one
     * @return the median of all batches, in microseconds per input
     * @throws TminusException the first failure
     */
    public static double microsPerInput(List<? extends Batch> batches) throws TminusException {
        long begin = System.nanoTime();
        int next = 0;
        do {
            batches.get(next++ % batches.size()).run();
        } while (System.nanoTime() - begin < WARM_UP_NANOS);
        LongStream.Builder picos = LongStream.builder();
        int counted = 0;
        begin = System.nanoTime();
        do {
            long start = System.nanoTime();
            int inputs = batches.get(counted++ % batches.size()).run();
            picos.add((System.nanoTime() - start) * 1000 / inputs);
        } while (counted < MOST_COUNTED && System.nanoTime() - begin < COUNTED_NANOS);
        return new Percentiles(picos.build().toArray()).at(50) / 1e6;
    }
}
