/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BatchOrderTest {
    private static final int BATCH = 8;

    @Test
    void everyExampleComesOnce() {
        int[] order = BatchOrder.of(new Sentences(1000, 1, true), BATCH, 3, 0);

        assertThat(order).hasSize(1000).doesNotHaveDuplicates();
        assertThat(IntStream.of(order).boxed().toList())
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 1000).boxed().toList());
    }

    @Test
    void sentencesOfABatchAreOfLikeLength() {
        Sentences sentences = new Sentences(1024, 1, true);
        int[] order = BatchOrder.of(sentences, BATCH, 3, 0);
        double padded = 0;
        double real = 0;
        for (int from = 0; from < order.length; from += BATCH) {
            int[] lengths = Arrays.stream(order, from, from + BATCH)
                    .map(sentences::length)
                    .toArray();
            padded += BATCH * Arrays.stream(lengths).max().orElseThrow();
            real += Arrays.stream(lengths).sum();
        }

        assertThat(padded / real).isLessThan(1.1);
    }

    @Test
    void epochsDiffer() {
        Chases chases = new Chases(4, 2, 100, 1);
        int[] first = BatchOrder.of(chases, BATCH, 3, 0);

        assertThat(first).hasSize(96).isEqualTo(BatchOrder.of(chases, BATCH, 3, 0));
        assertThat(first).isNotEqualTo(BatchOrder.of(chases, BATCH, 3, 1));
        assertThat(first).isNotEqualTo(BatchOrder.of(chases, BATCH, 4, 0));
    }
}
