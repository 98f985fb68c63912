/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

@SuppressWarnings("try") // scopes work by being open
class LossesTest {
    @Test
    void theEarlyTermBoundsConfidentDisagreement() {
        SplittableRandom random = new SplittableRandom(3);
        for (int round = 0; round < 200; round++) {
            float[] own = new float[5];
            float[] full = new float[5];
            for (int i = 0; i < 5; i++) {
                own[i] = (float) random.nextGaussian(0, 3);
                full[i] = (float) random.nextGaussian(0, 3);
            }
            int ownBest = best(own);
            int fullBest = best(full);
            double sum = 0;
            float other = Float.NEGATIVE_INFINITY;
            for (int i = 0; i < 5; i++) {
                sum += Math.exp(own[i] - own[ownBest]);
                other = i == fullBest ? other : Math.max(other, own[i]);
            }
            double confidence = 1 / sum;
            try (PointerScope scope = new PointerScope()) {
                float term = Losses.early(Tensor.create(own, 1, 5), Tensor.create(full, 1, 5))
                        .item_float();
                assertThat(term).isGreaterThanOrEqualTo(ownBest == fullBest ? 0 : (float) confidence - 1e-5f);
                assertThat((double) term).isCloseTo(confidence * Math.max(0, 1 + other - own[fullBest]), within(1e-4));
            }
        }
    }

    private static int best(float[] values) {
        int best = 0;
        for (int i = 1; i < values.length; i++) {
            best = values[i] > values[best] ? i : best;
        }
        return best;
    }

    @Test
    void rowsWithoutALabelDoNotCount() {
        try (PointerScope scope = new PointerScope()) {
            Tensor logits = Tensor.create(new float[] {1, 2, 3, 9, 0, 0}, 2, 3);
            Tensor first = Tensor.create(new float[] {1, 2, 3}, 1, 3);
            float both = Losses.crossEntropy(logits, Tensor.create(new long[] {1, -1}, 2), 0)
                    .item_float();
            float one = Losses.crossEntropy(first, Tensor.create(new long[] {1}, 1), 0)
                    .item_float();
            assertThat(both).isEqualTo(one);
        }
    }

    @Test
    void likeNeighbourhoodsAreNoLoss() {
        try (PointerScope scope = new PointerScope()) {
            Tensor vectors = Tensor.create(new float[] {1, 0, 0, 2, 3, 3}, 3, 2);
            Tensor turned = Tensor.create(new float[] {0, 5, -1, 0, -1, 1}, 3, 2);
            Tensor other = Tensor.create(new float[] {1, 0, 1, 0, 1, 0}, 3, 2);
            assertThat(Losses.neighbourhood(turned, vectors).item_float()).isCloseTo(0, within(1e-5f));
            assertThat(Losses.neighbourhood(other, vectors).item_float()).isGreaterThan(1);
        }
    }
}
