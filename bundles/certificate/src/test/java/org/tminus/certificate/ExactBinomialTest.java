/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.certificate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ExactBinomialTest {
    @Property(tries = 200, seed = "42")
    void cdfIsTheSumOfTheTerms(
            @ForAll @IntRange(min = 1, max = 60) int trials,
            @ForAll @IntRange(min = 0, max = 60) int successes,
            @ForAll @DoubleRange(min = 0.01, max = 0.99) double chance) {
        BigDecimal p = new BigDecimal(chance);
        BigDecimal sum = BigDecimal.ZERO;
        BigInteger ways = BigInteger.ONE;
        for (int k = 0; k <= Math.min(successes, trials); k++) {
            sum = sum.add(new BigDecimal(ways)
                    .multiply(p.pow(k, MathContext.DECIMAL128))
                    .multiply(BigDecimal.ONE.subtract(p).pow(trials - k, MathContext.DECIMAL128)));
            ways = ways.multiply(BigInteger.valueOf(trials - k)).divide(BigInteger.valueOf(k + 1));
        }
        assertThat(ExactBinomial.cdf(successes, trials, chance))
                .isCloseTo(sum.doubleValue(), within(1e-10 * sum.doubleValue() + 1e-14));
    }

    @Test
    void boundsAreTheKnownOnes() {
        // The rule of three, exactly: 1 - alpha^(1/n).
        assertThat(ExactBinomial.upperBound(0, 1000, 0.05)).isCloseTo(1 - Math.pow(0.05, 1e-3), within(1e-12));
        // Clopper-Pearson two-sided 95 % of 10 of 100 is 0.0490 to 0.1762.
        assertThat(ExactBinomial.upperBound(10, 100, 0.025)).isCloseTo(0.1762, within(1e-4));
        assertThat(ExactBinomial.lowerBound(10, 100, 0.025)).isCloseTo(0.0490, within(1e-4));
        assertThat(ExactBinomial.upperBound(7, 7, 0.05)).isEqualTo(1);
        assertThat(ExactBinomial.lowerBound(0, 7, 0.05)).isCloseTo(0, within(1e-12));
    }

    @Test
    void largeNumbersKeepTheirSmallTails() {
        double tail = ExactBinomial.cdf(900, 100_000, 0.01);
        assertThat(tail).isBetween(0.0005, 0.0010);
        assertThat(ExactBinomial.cdf(500, 100_000, 0.01)).isPositive().isLessThan(1e-60);
        assertThat(ExactBinomial.cdf(1100, 100_000, 0.01)).isBetween(0.999, 0.9995);
    }
}
