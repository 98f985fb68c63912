/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.predictor.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class TokenFeaturesTest {
    @Test
    void aSmallTextHasTheFeaturesThatWereWorkedOutByHand() {
        float[] out = features(101, 7, 7, 2000, 30000);

        assertThat(out[0]).isEqualTo(5);
        assertThat(out[1]).isCloseTo((float) Math.log(6), within(1e-6f));
        assertThat(out[2]).isCloseTo(0.8f, within(1e-6f));
        assertThat(out[3]).isCloseTo(0.6f, within(1e-6f));
        assertThat(out[4]).isCloseTo(0.4f, within(1e-6f));
        double entropy = -(0.4 * Math.log(0.4) + 3 * 0.2 * Math.log(0.2)) / Math.log(5);
        assertThat(out[5]).isCloseTo((float) entropy, within(1e-6f));
        assertThat(out[6]).isCloseTo(0.2f, within(1e-6f));
        double mean = (Math.log(102) + 2 * Math.log(8) + Math.log(2001) + Math.log(30001)) / 5;
        assertThat(out[7]).isCloseTo((float) mean, within(1e-5f));
        assertThat(out[9]).isCloseTo((float) Math.log(102), within(1e-5f));
        assertThat(out[10]).isCloseTo((float) Math.log(30001), within(1e-5f));
        double steps = Math.log(102 / 8.0) + Math.log(2001 / 8.0) + Math.log(30001 / 2001.0);
        assertThat(out[11]).isCloseTo((float) (steps / 5), within(1e-5f));
        assertThat(Arrays.copyOfRange(out, 12, 16)).containsExactly(0.6f, 0.2f, 0, 0.2f);
    }

    @Test
    void extremesHaveFiniteFeatures() {
        assertThat(features()).containsOnly(0f);
        assertThat(features(5)[5]).isEqualTo(1);
        for (float value : features(Long.MAX_VALUE, Long.MIN_VALUE, -1, 0)) {
            assertThat(value).isFinite();
        }
    }

    @Test
    void shortArraysAreRefused() {
        assertThatThrownBy(() -> TokenFeatures.compute(new long[2], 3, new float[TokenFeatures.COUNT]))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> TokenFeatures.compute(new long[2], 2, new float[TokenFeatures.COUNT - 1]))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(TokenFeatures.NAMES).hasSize(TokenFeatures.COUNT).doesNotHaveDuplicates();
    }

    @Property(tries = 300)
    void sharesAreSharesAndOnlyOrderFeaturesDependOnTheOrder(
            @ForAll @Size(min = 1, max = 40) long @LongRange(min = 0, max = 40_000) [] ids) {
        float[] forward = features(ids);
        long[] reversed = new long[ids.length];
        for (int index = 0; index < ids.length; index++) {
            reversed[index] = ids[ids.length - 1 - index];
        }
        for (int index : new int[] {2, 3, 4, 5, 6, 12, 13, 14, 15}) {
            assertThat(forward[index]).isBetween(0f, 1.000001f);
        }
        assertThat(forward[12] + forward[13] + forward[14] + forward[15]).isCloseTo(1f, within(1e-5f));
        assertThat(features(reversed)).containsExactly(forward, within(1e-4f));
    }

    private static float[] features(long... ids) {
        float[] out = new float[TokenFeatures.COUNT];
        Arrays.fill(out, Float.NaN);
        TokenFeatures.compute(ids.clone(), ids.length, out);
        return out;
    }
}
