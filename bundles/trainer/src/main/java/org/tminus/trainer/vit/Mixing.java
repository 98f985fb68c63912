/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.vit;

/** Derives the seed of a generator from the run's seed and a position, so that a resumed run draws the same numbers. */
public final class Mixing {
    private Mixing() {}

    /** A seed for one place of a run. */
    public static long mix(long seed, long... positions) {
        long value = seed;
        for (long position : positions) {
            value = finish(value * 0x9E3779B97F4A7C15L + position + 0x632BE59BD9B4E019L);
        }
        return value;
    }

    private static long finish(long input) {
        long z = (input ^ (input >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
