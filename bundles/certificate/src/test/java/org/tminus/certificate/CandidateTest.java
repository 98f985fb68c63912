/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.certificate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CandidateTest {
    private static final double EPSILON = 0.01;
    private static final int INPUTS = 5000;

    private static Candidate candidate(String name, String policy, double ratio, double mean, double discordance) {
        return new Candidate(name, policy, ratio, mean, discordance, INPUTS);
    }

    private static List<String> order(Candidate... candidates) {
        return Candidate.safestFirst(List.of(candidates), Function.identity(), EPSILON).stream()
                .map(Candidate::name)
                .toList();
    }

    @Test
    void ofPointsThatDifferAsOftenTheOneThatLosesLessIsTestedFirst() {
        assertThat(order(
                        candidate("frugal", "confidence", 0.3, 0.02, 0.03),
                        candidate("better", "confidence", 0.5, -0.001, 0.03),
                        candidate("careful", "confidence", 0.7, 0.001, 0.03)))
                .containsExactly("better", "careful", "frugal");
    }

    @Test
    void aPointThatHardlyDiffersComesBeforeALuckyOneThatOftenDoes() {
        assertThat(order(
                        candidate("lucky", "confidence", 0.3, -0.002, 0.06),
                        candidate("steady", "confidence", 0.9, 0.0, 0.002),
                        candidate("same", "budget", 0.99, 0.0, 0.0)))
                .containsExactly("same", "steady", "lucky");
    }

    /** The order is that of the probability to pass, which planning simulates with the test itself. */
    @Test
    void theOrderIsThatOfPower() {
        double[][] meanAndDiscordance = {{0.004, 0.01}, {0.002, 0.04}, {-0.002, 0.08}, {0.0, 0.12}};
        List<Candidate> candidates = IntStream.range(0, meanAndDiscordance.length)
                .mapToObj(
                        i -> candidate("p" + i, "confidence", 0.5, meanAndDiscordance[i][0], meanAndDiscordance[i][1]))
                .toList();
        List<Double> powers = Candidate.safestFirst(candidates, Function.identity(), EPSILON).stream()
                .map(each -> Planning.power(
                        TestMethod.BETTING, EPSILON, 0.05, 3000, each.meanLoss(), each.discordance(), 500, 1))
                .toList();
        assertThat(powers).isSortedAccordingTo((a, b) -> Double.compare(b, a));
        assertThat(powers.get(0) - powers.get(3)).isGreaterThan(0.3);
    }

    @Test
    void ofEqualLossesTheCostlierComesFirstThenTheName() {
        assertThat(order(
                        candidate("b", "confidence", 0.5, 0, 0.01),
                        candidate("a", "confidence", 0.5, 0, 0.01),
                        candidate("c", "budget", 0.7, 0, 0.01)))
                .containsExactly("c", "a", "b");
    }

    @Test
    void pointsThatLookAtNoInputAreLeftOut() {
        assertThat(order(
                        candidate("depth-3", "fixed", 0.5, 0, 0.01),
                        candidate("mixed", "random", 0.5, 0, 0.01),
                        candidate("careful", "confidence", 0.7, 0, 0.01)))
                .containsExactly("careful");
    }
}
