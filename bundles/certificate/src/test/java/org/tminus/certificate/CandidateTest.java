/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.certificate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class CandidateTest {
    private static List<String> order(Candidate... candidates) {
        return Candidate.safestFirst(List.of(candidates), Function.identity()).stream()
                .map(Candidate::name)
                .toList();
    }

    @Test
    void whatLostLessIsTestedFirst() {
        assertThat(order(
                        new Candidate("frugal", "confidence", 0.3, 0.85, 0.9),
                        new Candidate("better", "confidence", 0.5, 0.91, 0.9),
                        new Candidate("careful", "confidence", 0.7, 0.89, 0.9)))
                .containsExactly("better", "careful", "frugal");
    }

    @Test
    void ofEqualLossesTheCostlierComesFirstThenTheName() {
        assertThat(order(
                        new Candidate("b", "confidence", 0.5, 0.9, 0.9),
                        new Candidate("a", "confidence", 0.5, 0.9, 0.9),
                        new Candidate("c", "budget", 0.7, 0.9, 0.9)))
                .containsExactly("c", "a", "b");
    }

    @Test
    void withoutLabelsTheCostlierComesFirst() {
        assertThat(order(
                        new Candidate("frugal", "confidence", 0.3, Double.NaN, Double.NaN),
                        new Candidate("careful", "confidence", 0.7, Double.NaN, Double.NaN)))
                .containsExactly("careful", "frugal");
    }

    @Test
    void pointsThatLookAtNoInputAreLeftOut() {
        assertThat(order(
                        new Candidate("depth-3", "fixed", 0.5, 0.9, 0.9),
                        new Candidate("mixed", "random", 0.5, 0.9, 0.9),
                        new Candidate("careful", "confidence", 0.7, 0.9, 0.9)))
                .containsExactly("careful");
    }
}
