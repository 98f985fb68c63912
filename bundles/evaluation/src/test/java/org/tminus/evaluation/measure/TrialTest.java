/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.tminus.evaluation.EvaluationException;
import org.tminus.evaluation.measure.FakeWays.Way;

class TrialTest {
    private static final long MILLI = FakeWays.MILLI;

    private final FakeWays fake = new FakeWays();
    private final Map<String, Way> ways = new LinkedHashMap<>();

    @BeforeEach
    void twoWays() {
        ways.put("fast", fake.new Way("fast", 2 * MILLI, 0));
        ways.put("slow", fake.new Way("slow", 3 * MILLI, 0));
    }

    private Trial.Medians<String> medians() throws EvaluationException {
        try (Load load = new Load(1, fake::now)) {
            return new Trial<String>(FakeWays.inputs(200), load, fake::now).run(ways);
        }
    }

    @Test
    void theFastestIsChosenAndAllFiguresAreKept() throws Exception {
        Trial.Medians<String> medians = medians();

        assertThat(medians.bestSingle()).isEqualTo("fast");
        assertThat(medians.bestLoaded()).isEqualTo("fast");
        assertThat(medians.single().keySet()).containsExactly("fast", "slow");
        assertThat(medians.single().get("slow")).isEqualTo(3, within(1e-9));
        assertThat(medians.loaded().get("slow")).isEqualTo(3, within(1e-9));
    }

    @Test
    void aSlowBeginningDoesNotDecide() throws Exception {
        ways.get("fast").slowUntilAnswer = 500;

        assertThat(medians().single().get("fast")).isEqualTo(2, within(1e-9));
    }

    @Test
    void someDisturbedRoundsDoNotDecide() throws Exception {
        // Warm are both after 600 answers; five rounds of 15 + 15 with their lead-in come after that.
        ways.get("fast").slowUntilAnswer = 600 + 5 * 35;

        assertThat(medians().bestSingle()).isEqualTo("fast");
        assertThat(ways.get("fast").answers).isEqualTo(ways.get("slow").answers);
    }

    @Test
    void threadsThatLingerDoNotSlowOthersDown() throws Exception {
        ways.put("spins", fake.new Way("spins", 4 * MILLI, 100 * MILLI));

        assertThat(medians().single().get("fast")).isEqualTo(2, within(1e-9));
    }
}
