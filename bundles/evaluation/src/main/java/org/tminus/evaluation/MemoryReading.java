/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation;

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a process that answers in one way tells of its memory, in bytes beyond itself at rest. Its Java heap is resident from
 * the start, so that none of the first four holds any of it.
 *
 * @param loaded resident once all inputs were answered, so that all that is opened when first needed is open
 * @param filesWhenLoaded pages of files; part of {@code loaded}
 * @param loadingPeak the most resident until then
 * @param answeringPeak the most resident while the inputs are answered once more
 * @param codeWhenLoaded classes and compiled code once loaded; part of {@code loaded}
 * @param code likewise at the end; part of {@code answeringPeak}
 * @param heap live objects at the end
 */
public record MemoryReading(
        long loaded,
        long filesWhenLoaded,
        long loadingPeak,
        long answeringPeak,
        long codeWhenLoaded,
        long code,
        long heap) {
    /** In one line that {@link #parse} reads. */
    public String toLine() {
        return Stream.of(loaded, filesWhenLoaded, loadingPeak, answeringPeak, codeWhenLoaded, code, heap)
                .map(String::valueOf)
                .collect(Collectors.joining(","));
    }

    /** @throws IllegalArgumentException if {@link #toLine} did not write this */
    public static MemoryReading parse(String line) {
        long[] values =
                Arrays.stream(line.split(",", -1)).mapToLong(Long::parseLong).toArray();
        if (values.length != 7) {
            throw new IllegalArgumentException("Seven figures are expected, got " + line);
        }
        return new MemoryReading(values[0], values[1], values[2], values[3], values[4], values[5], values[6]);
    }
}
