/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.certificate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TestMethodTest {
    @Property(tries = 200, seed = "42")
    void aLargerEpsilonIsNeverHarder(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 400) int inputs,
            @ForAll @DoubleRange(min = 0, max = 0.4) double epsilon,
            @ForAll @DoubleRange(min = 0, max = 0.4) double more) {
        byte[] losses = Losses.of(0.02, 0.1).draw(inputs, new SplittableRandom(seed));
        for (TestMethod method : new TestMethod[] {TestMethod.BETTING, TestMethod.EXACT_DISCORDANT}) {
            double p = method.pValue(losses, epsilon, 0.05);
            assertThat(p).isPositive().isLessThanOrEqualTo(1);
            assertThat(method.pValue(losses, epsilon + more, 0.05)).isLessThanOrEqualTo(p + 1e-9);
        }
    }

    @ParameterizedTest
    @EnumSource(TestMethod.class)
    void theUpperBoundIsWhereThePValueCrosses(TestMethod method) {
        byte[] losses = Losses.of(0.01, 0.01).draw(3000, new SplittableRandom(1));
        double bound = method.upperBound(losses, 0.1);
        assertThat(bound).isBetween(0.01, 0.05);
        assertThat(method.pValue(losses, bound + 1e-6, 0.1)).isLessThanOrEqualTo(0.1);
        assertThat(method.pValue(losses, bound - 1e-6, 0.1)).isGreaterThan(0.1);
    }

    @ParameterizedTest
    @EnumSource(TestMethod.class)
    void noLossAtAllIsNotEnoughForFewInputs(TestMethod method) {
        assertThat(method.pValue(new byte[20], 0.003, 0.05)).isGreaterThan(0.05);
        assertThat(method.pValue(new byte[5000], 0.003, 0.05)).isLessThan(0.05);
    }

    @ParameterizedTest
    @EnumSource(TestMethod.class)
    void whatIsNoLossIsRefused(TestMethod method) {
        assertThatIllegalArgumentException().isThrownBy(() -> method.pValue(new byte[0], 0.1, 0.1));
        assertThatIllegalArgumentException().isThrownBy(() -> method.pValue(new byte[] {2}, 0.1, 0.1));
        assertThatIllegalArgumentException().isThrownBy(() -> method.pValue(new byte[] {0}, Double.NaN, 0.1));
        assertThatIllegalArgumentException().isThrownBy(() -> method.pValue(new byte[] {0}, 0.1, 0));
        assertThat(TestMethod.of(method.key())).isEqualTo(method);
    }

    @Test
    void smallVarianceCountsForMoreThanHoeffding() {
        // Hoeffding needs an epsilon of 2.4 points at n = 10,000 and delta = 0.05, whatever the variance.
        byte[] losses = Losses.of(0, 0.01).draw(10_000, new SplittableRandom(5));
        assertThat(TestMethod.BETTING.upperBound(losses, 0.05)).isLessThan(0.006);
        assertThat(TestMethod.EXACT_DISCORDANT.upperBound(losses, 0.05)).isLessThan(0.006);
    }
}
