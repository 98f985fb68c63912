/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.measure;

import org.jspecify.annotations.Nullable;

/**
 * What the answers of one way took. Times are of single inputs, one after the other.
 *
 * @param p50Ms half of the answers were as fast
 * @param meanMs the mean
 * @param p99Ms 99 of 100 answers were as fast
 * @param throughputPerSecond answers per second with one client per processor; null if not measured
 * @param joulesPerInput of all processor packages, at full load; null if it cannot be read
 * @param tracedFlops mean FLOPs by the platform's own trace; null without the platform
 * @param fallbacks answers that the platform gave in another way than asked
 * @param labels the answers, by input
 * @param roundMillis what all inputs of a round took together; the rounds of all ways have the same inputs
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record Timing(
        double p50Ms,
        double meanMs,
        double p99Ms,
        @Nullable Double throughputPerSecond,
        @Nullable Double joulesPerInput,
        @Nullable Double tracedFlops,
        long fallbacks,
        int[] labels,
        double[] roundMillis) {}
