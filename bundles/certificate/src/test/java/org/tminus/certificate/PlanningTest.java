/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.certificate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PlanningTest {
    @ParameterizedTest
    @EnumSource(
            value = TestMethod.class,
            names = {"BETTING", "EXACT_DISCORDANT"})
    void thePlannedNumberOfInputsSuffices(TestMethod method) {
        int inputs = Planning.inputsNeeded(method, 0.01, 0.05, 0, 0.02, 0.8, 1);
        assertThat(inputs).isBetween(1000, 4000);
        assertThat(Planning.power(method, 0.01, 0.05, inputs, 0, 0.02, 400, 2)).isBetween(0.7, 0.9);
        assertThat(Planning.power(method, 0.01, 0.05, inputs / 2, 0, 0.02, 400, 2))
                .isLessThan(0.65);
        assertThat((double) Planning.quickInputs(method, 0.01, 0.05, 0, 0.02, 0.8))
                .isCloseTo(inputs, within(0.4 * inputs));
        double epsilon = Planning.smallestEpsilon(method, inputs, 0.05, 0, 0.02, 0.8, 3);
        assertThat(epsilon).isCloseTo(0.01, within(0.0015));
        assertThat(Planning.quickEpsilon(method, inputs, 0.05, 0, 0.02, 0.8)).isCloseTo(0.01, within(0.003));
    }

    @Test
    void whatCannotBeCertifiedIsSaid() {
        assertThat(Planning.inputsNeeded(TestMethod.BETTING, 0.003, 0.05, 0.003, 0.02, 0.8, 1))
                .isEqualTo(Planning.NEVER);
        assertThat(Planning.sentence(Risk.ACCURACY_LOSS, 0.003, 0.05, 1000, 0, 0.02, 1))
                .startsWith("Not certifiable with n = 1000")
                .contains("would be needed");
        assertThat(Planning.sentence(Risk.DISAGREEMENT, 0.01, 0.05, 5000, 0.002, 0.002, 1))
                .startsWith("n = 5000 certifies disagreement of at most 1 points");
    }

    @Test
    void quantilesAreTheKnownOnes() {
        assertThat(Planning.quantile(0.975)).isCloseTo(1.959964, within(1e-5));
        assertThat(Planning.quantile(0.2)).isCloseTo(-0.841621, within(1e-5));
    }
}
