/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.graph;

import java.util.Arrays;
import java.util.Comparator;
import java.util.SplittableRandom;
import org.tminus.learning.data.Examples;
import org.tminus.trainer.vit.Mixing;

/**
 * The order of examples in an epoch. Sequences of like length come together, so that little is padded: the shuffled examples
 * are sorted by length within windows of some batches, and the batches of a window are shuffled again.
 */
final class BatchOrder {
    private static final int WINDOW = 32;

    private BatchOrder() {}

    /** Whole batches only; what is left over comes in another epoch. */
    static int[] of(Examples examples, int batch, long seed, long epoch) {
        SplittableRandom random = new SplittableRandom(Mixing.mix(seed, 1, epoch));
        int[] order = new int[examples.size()];
        for (int i = 0; i < order.length; i++) {
            int other = random.nextInt(i + 1);
            order[i] = order[other];
            order[other] = i;
        }
        int usable = order.length / batch * batch;
        if (usable == 0 || examples.length(0) == 0) {
            return Arrays.copyOf(order, usable);
        }
        for (int from = 0; from < usable; from += WINDOW * batch) {
            int to = Math.min(usable, from + WINDOW * batch);
            int[] sorted = Arrays.stream(order, from, to)
                    .boxed()
                    .sorted(Comparator.comparingInt(examples::length))
                    .mapToInt(Integer::intValue)
                    .toArray();
            int[] batches = shuffled((to - from) / batch, random);
            for (int i = 0; i < batches.length; i++) {
                System.arraycopy(sorted, batches[i] * batch, order, from + i * batch, batch);
            }
        }
        return Arrays.copyOf(order, usable);
    }

    private static int[] shuffled(int count, SplittableRandom random) {
        int[] order = new int[count];
        for (int i = 0; i < count; i++) {
            int other = random.nextInt(i + 1);
            order[i] = order[other];
            order[other] = i;
        }
        return order;
    }
}
