/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation;

import org.jspecify.annotations.Nullable;

/**
 * What a process takes that answers in one way, beyond the same process without the model, in MiB. Weights, activations, arena
 * and Java make up what it takes while it answers; with loading that is the peak. Parts are null where only the peak could be
 * measured; a small one may be negative, since they are differences between processes.
 *
 * @param way name of the row
 * @param peakMiB the most, while loading or answering
 * @param weightsMiB once all inputs were answered, without an arena: weights with their packed copies, graphs, sessions, and
 *     what the allocator keeps of small pieces
 * @param filesMiB the part of weights that is pages of files, which the system can drop and read again: weights that are read
 *     where they lie, and code of the runtime
 * @param activationsMiB the most that is added while inputs are answered once more, without an arena
 * @param arenaMiB what the runtime's arena takes more than that: it keeps what it once had, and takes it in large pieces
 * @param javaMiB live objects, classes and compiled code
 * @param loadingMiB what loading and first answers take for a moment beyond all that
 */
public record MemoryOfWay(
        String way,
        double peakMiB,
        @Nullable Double weightsMiB,
        @Nullable Double filesMiB,
        @Nullable Double activationsMiB,
        @Nullable Double arenaMiB,
        @Nullable Double javaMiB,
        @Nullable Double loadingMiB) {
    private static final double MIB = 1024.0 * 1024.0;

    /**
     * Puts together what two processes told.
     *
     * @param withoutArena null if it could not be measured
     */
    public static MemoryOfWay of(String way, MemoryReading withArena, @Nullable MemoryReading withoutArena) {
        long answering = withArena.answeringPeak() + withArena.heap();
        long peak = Math.max(withArena.loadingPeak(), withArena.answeringPeak()) + withArena.heap();
        if (withoutArena == null) {
            return new MemoryOfWay(way, peak / MIB, null, null, null, null, null, null);
        }
        long codeWhenLoaded = withoutArena.codeWhenLoaded();
        long code = withoutArena.code();
        return new MemoryOfWay(
                way,
                peak / MIB,
                (withoutArena.loaded() - codeWhenLoaded) / MIB,
                withoutArena.filesWhenLoaded() / MIB,
                (withoutArena.answeringPeak() - withoutArena.loaded() - (code - codeWhenLoaded)) / MIB,
                (withArena.answeringPeak() - withoutArena.answeringPeak()) / MIB,
                (code + withArena.heap()) / MIB,
                (peak - answering) / MIB);
    }
}
