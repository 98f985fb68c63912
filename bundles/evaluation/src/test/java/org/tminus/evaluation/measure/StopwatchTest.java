/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.tminus.evaluation.EvaluationException;
import org.tminus.evaluation.EvaluationProgress;
import org.tminus.evaluation.measure.FakeWays.Way;

class StopwatchTest {
    private static final int INPUTS = 1000;
    private static final int ROUNDS = INPUTS / 25;

    private final FakeWays fake = new FakeWays();
    /** Where in the turns the rounds begin. */
    private final List<Integer> marks = new ArrayList<>();

    private Map<String, Server> ways(int count) {
        Map<String, Server> ways = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            ways.put("way " + i, fake.new Way("way " + i, FakeWays.MILLI, 0));
        }
        return ways;
    }

    private Map<String, Timing> time(Map<String, Server> ways, int throughputInputs) throws EvaluationException {
        EvaluationProgress progress = (step, done, total) -> {
            if (step.equals("warming up") && done == total) {
                fake.turns.clear();
            } else if (step.equals("timing single inputs")) {
                marks.add(fake.turns.size());
            }
        };
        return new Stopwatch(FakeWays.inputs(INPUTS), throughputInputs, progress, fake::now).time(ways);
    }

    @Test
    void everyWayAnswersEachTimedInputOnceAndAsManyBefore() throws Exception {
        Map<String, Server> ways = ways(5);
        Map<String, Timing> timings = time(ways, 0);

        assertThat(timings.keySet()).containsExactlyElementsOf(ways.keySet());
        int[] rows = IntStream.range(0, INPUTS).toArray();
        assertThat(timings.values()).allSatisfy(timing -> {
            assertThat(timing.labels()).isEqualTo(rows);
            assertThat(timing.roundMillis()).hasSize(ROUNDS);
        });
        assertThat(ways.values().stream().map(way -> ((Way) way).answers).distinct())
                .hasSize(1);
    }

    @Test
    void everyWayComesAfterEveryOtherOneAboutAsOften() throws Exception {
        time(ways(5), 0);

        Map<String, Integer> pairs = new HashMap<>();
        for (int i = 1; i < fake.turns.size(); i++) {
            pairs.merge(fake.turns.get(i - 1) + " > " + fake.turns.get(i), 1, Integer::sum);
        }
        assertThat(pairs).hasSize(20);
        assertThat(pairs.values()).allSatisfy(times -> assertThat(times).isBetween(3, 2 * ROUNDS / 5));
    }

    @Test
    void everyRoundHasEveryWay() throws Exception {
        Map<String, Server> ways = ways(4);
        time(ways, 0);

        int begin = 0;
        for (int end : marks) {
            List<String> round = new ArrayList<>(fake.turns.subList(begin, end));
            // Whoever was last before and is first now has one turn of both.
            if (round.size() < 4) {
                round.add(0, fake.turns.get(begin - 1));
            }
            assertThat(round).containsExactlyInAnyOrderElementsOf(ways.keySet());
            begin = end;
        }
        assertThat(marks).hasSize(ROUNDS);
    }

    @Test
    void ordersAreTheSameInEveryRun() throws Exception {
        time(ways(5), 0);
        List<String> first = List.copyOf(fake.turns);
        time(ways(5), 0);

        assertThat(fake.turns).isEqualTo(first);
    }

    @Test
    void noWayIsChargedForWhatCameBeforeIt() throws Exception {
        Map<String, Server> ways = ways(3);
        ways.put("spins", fake.new Way("spins", 2 * FakeWays.MILLI, 100 * FakeWays.MILLI));

        Map<String, Timing> timings = time(ways, 0);

        // Cold caches and threads that wait actively cost several milliseconds each in the fake.
        ways.forEach((name, way) -> {
            double own = name.equals("spins") ? 2 : 1;
            assertThat(timings.get(name).meanMs()).as(name).isEqualTo(own, within(1e-9));
            assertThat(timings.get(name).p99Ms()).as(name).isEqualTo(own, within(1e-9));
        });
    }

    @Test
    void atFullLoadWaysTakeTurnsAsWell() throws Exception {
        Map<String, Server> ways = ways(4);
        Map<String, Timing> timings = time(ways, 400);

        assertThat(timings.values())
                .allSatisfy(timing -> assertThat(timing.throughputPerSecond()).isPositive());
        List<String> loaded = fake.turns.subList(marks.get(ROUNDS - 1), fake.turns.size());
        assertThat(loaded.subList(loaded.size() - 4, loaded.size())).isNotEqualTo(List.copyOf(ways.keySet()));
    }
}
