/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.policy;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** Walks down the trie: per episode its example and bucket of budget, per step place and action. */
class Episodes {
    final int count;
    final int[] row;
    final int[] bucket;
    /** Steps of the policy. */
    final int[] length;
    /** By step, then by episode. */
    final int[][] node;
    /** Index among the allowed actions of the node, by step, then by episode. */
    final int[][] action;

    Episodes(int count, int steps) {
        this.count = count;
        row = new int[count];
        bucket = new int[count];
        length = new int[count];
        node = new int[steps][count];
        action = new int[steps][count];
    }

    /** Some episodes with the longest first, so that those still under way are always the first ones. */
    int[] longestFirst(int[] some) {
        return IntStream.of(some)
                .boxed()
                .sorted(Comparator.comparingInt((Integer e) -> -length[e]))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    int[] all() {
        int[] all = new int[count];
        Arrays.setAll(all, i -> i);
        return all;
    }
}
