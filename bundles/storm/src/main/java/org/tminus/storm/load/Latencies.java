/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm.load;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/** How long requests took, in steps of one percent, so that a long storm takes no more memory than a short one. Thread-safe. */
public final class Latencies {
    private static final double STEP = Math.log(1.01);
    private static final int BUCKETS = (int) (Math.log(1e12) / STEP) + 2;
    private static final double NANOS_PER_MILLI = 1e6;

    private final AtomicLongArray counts = new AtomicLongArray(BUCKETS);
    private final AtomicLong longest = new AtomicLong();

    void record(long nanos) {
        int bucket = nanos <= 1 ? 0 : (int) (Math.log((double) nanos) / STEP) + 1;
        counts.incrementAndGet(Math.min(bucket, BUCKETS - 1));
        longest.accumulateAndGet(nanos, Math::max);
    }

    /**
     * The time that this share of all requests did not exceed, in milliseconds; 0 if there were none.
     *
     * @param percent above 0, up to 100
     */
    public double millisAt(double percent) {
        long all = 0;
        for (int bucket = 0; bucket < BUCKETS; bucket++) {
            all += counts.get(bucket);
        }
        long wanted = (long) Math.ceil(percent / 100 * all);
        long seen = 0;
        for (int bucket = 0; bucket < BUCKETS && wanted > 0; bucket++) {
            seen += counts.get(bucket);
            if (seen >= wanted) {
                return Math.min(Math.exp(bucket * STEP), (double) longest.get()) / NANOS_PER_MILLI;
            }
        }
        return 0;
    }

    /** The longest of all, in milliseconds. */
    public double longestMillis() {
        return longest.get() / NANOS_PER_MILLI;
    }
}
