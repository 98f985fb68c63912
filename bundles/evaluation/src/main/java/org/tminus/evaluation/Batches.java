/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.tminus.learning.data.Examples;

/** Cuts examples into batches of similar length, so that little is computed on padding. */
public final class Batches {
    /** Bounds the memory of a batch of long sequences. */
    private static final int TOKENS = 32_768;

    private Batches() {}

    /**
     * Batches of all examples, shortest first.
     *
     * @param size examples per batch, fewer where sequences are long
     */
    public static List<int[]> of(Examples examples, int size) {
        int[] order = IntStream.range(0, examples.size())
                .boxed()
                .sorted(Comparator.comparingInt(examples::length))
                .mapToInt(Integer::intValue)
                .toArray();
        List<int[]> batches = new ArrayList<>();
        int from = 0;
        while (from < order.length) {
            int to = from + 1;
            while (to < order.length && to - from < size) {
                // Sorted, so the next example is the longest and sets the width.
                if ((long) (to - from + 1) * examples.length(order[to]) > TOKENS) {
                    break;
                }
                to++;
            }
            batches.add(Arrays.copyOfRange(order, from, to));
            from = to;
        }
        return batches;
    }
}
