/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.certificate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ValidityTest {
    static Stream<Arguments> promises() {
        return Stream.of(
                Arguments.of(Risk.ACCURACY_LOSS, TestMethod.BETTING, 2000, 0.005, 0.05),
                Arguments.of(Risk.ACCURACY_LOSS, TestMethod.BETTING, 300, 0.02, 0.1),
                Arguments.of(Risk.ACCURACY_LOSS, TestMethod.EXACT_DISCORDANT, 2000, 0.005, 0.05),
                Arguments.of(Risk.ACCURACY_LOSS, TestMethod.EXACT_DISCORDANT, 300, 0.02, 0.1),
                Arguments.of(Risk.DISAGREEMENT, TestMethod.EXACT_BINOMIAL, 2000, 0.01, 0.05),
                Arguments.of(Risk.DISAGREEMENT, TestMethod.BETTING, 2000, 0.01, 0.05));
    }

    @ParameterizedTest
    @MethodSource("promises")
    void falseCertificatesAreAsRareAsPromised(Risk risk, TestMethod method, int inputs, double epsilon, double delta) {
        Validity.Simulation simulation =
                Validity.simulate(risk, method, inputs, epsilon, delta, 2000, 11, Validity.Progress.NONE);
        assertThat(simulation.holds()).as(simulation.toString()).isTrue();
        assertThat(simulation.draws()).isEqualTo(2000);
    }

    @Test
    void whoeverWatchesCanEndIt() {
        List<Integer> heard = new ArrayList<>();
        assertThatThrownBy(() -> Validity.simulate(
                        Risk.DISAGREEMENT, TestMethod.EXACT_BINOMIAL, 100, 0.01, 0.05, 50, 1, (done, total) -> {
                            assertThat(total).isEqualTo(50 * (2 + 6));
                            heard.add(done);
                            if (done >= 100) {
                                throw new IllegalStateException("enough");
                            }
                        }))
                .hasMessage("enough");
        assertThat(heard).isSorted().startsWith(0, 10, 20).endsWith(100);
    }

    @Test
    void aTestThatPromisesTooMuchIsSeenThrough() {
        // Populations with a risk of epsilon, certified for twice of it: nearly every draw is a violation.
        Losses population = Losses.of(0.01, 0.02);
        int certified = (int)
                Math.round(100 * Planning.power(TestMethod.BETTING, 0.02, 0.05, 5000, population.mean(), 0.02, 100, 4));
        assertThat(certified).isGreaterThan(80);
    }
}
