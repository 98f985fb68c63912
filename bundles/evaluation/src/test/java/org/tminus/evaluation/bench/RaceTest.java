/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.tminus.evaluation.EvaluationException;
import org.tminus.evaluation.bench.Race.Lap;
import org.tminus.evaluation.bench.Race.Runner;

class RaceTest {
    private static final int ROUNDS = 4;

    private final AtomicLong clock = new AtomicLong();

    /** Answers take what the clock is moved by; the first ones of each turn take longer. */
    private Runner taking(long nanos) {
        return number -> clock.addAndGet(number < 3 ? 2 * nanos : nanos);
    }

    @Test
    void answersAreTimedAndTheFirstOfATurnAreNot() throws Exception {
        Race race = new Race(1, ROUNDS, 1, 1000, clock::get);

        Map<String, Lap> laps = race.run(Map.of("slow", taking(100), "fast", taking(50)), (done, of) -> {});

        Lap slow = laps.get("slow");
        assertThat(slow.nanos()).hasSize(10 * ROUNDS).containsOnly(100);
        assertThat(slow.roundNanos()).containsOnly(100.0).hasSize(ROUNDS);
        assertThat(slow.perSecond()).containsOnly(1e7);
        assertThat(laps.get("fast").nanos()).hasSize(20 * ROUNDS).containsOnly(50);
    }

    @Test
    void slowAnswersAreCountedPastTheEndOfATurnButNotForLong() throws Exception {
        Runner slow = number -> clock.addAndGet(100);

        assertThat(new Race(1, ROUNDS, ROUNDS, 90, clock::get)
                        .run(Map.of("slow", slow), (done, of) -> {})
                        .get("slow")
                        .nanos())
                .hasSize(4 * ROUNDS);
        assertThat(new Race(1, ROUNDS, ROUNDS, 40, clock::get)
                        .run(Map.of("slow", slow), (done, of) -> {})
                        .get("slow")
                        .nanos())
                .hasSize(2 * ROUNDS);
    }

    @Test
    void aRaceOfSlowAnswersEndsAfterItsLeastRounds() throws Exception {
        Race race = new Race(1, 100, 2, 1, clock::get);

        Lap lap = race.run(Map.of("slow", number -> clock.addAndGet(1_000)), (done, of) -> {})
                .get("slow");

        assertThat(lap.roundNanos()).hasSize(2);
        assertThat(lap.perSecond()).hasSize(2);
    }

    @Test
    void clientsAskAtOnceAndTheirAnswersAddUp() throws Exception {
        Race race = new Race(3, ROUNDS, ROUNDS, 1000, () -> 10 * clock.incrementAndGet());

        Lap lap = race.run(Map.of("any", number -> {}), (done, of) -> {}).get("any");

        assertThat(lap.nanos().length).isGreaterThanOrEqualTo(3 * 4 * ROUNDS);
        double mean = Arrays.stream(lap.nanos()).average().orElseThrow();
        assertThat(Race.median(lap.perSecond())).isCloseTo(3e9 / mean, within(1.5e9 / mean));
    }

    @Test
    void whatAnEngineThrowsEndsTheRaceAndSoDoesTheListener() {
        Race race = new Race(2, ROUNDS, ROUNDS, 1, clock::get);

        assertThatThrownBy(() -> race.run(
                        Map.of("bad", number -> {
                            throw new EvaluationException("It broke.", "Mend it.");
                        }),
                        (done, of) -> {}))
                .isInstanceOf(EvaluationException.class)
                .hasMessageContaining("It broke");
        List<Integer> rounds = new ArrayList<>();
        assertThatThrownBy(() -> race.run(Map.of("any", taking(1)), (done, of) -> {
                    rounds.add(done);
                    if (done == 2) {
                        throw new CancellationException();
                    }
                }))
                .isInstanceOf(CancellationException.class);
        assertThat(rounds).containsExactly(0, 0, 1, 2);
    }

    @Test
    void clientsStopOnceAnotherFailed() {
        // The clock stands still, so that nothing else ends a turn.
        Race race = new Race(2, ROUNDS, ROUNDS, 1, clock::get);

        assertThatThrownBy(() -> race.run(
                        Map.of("bad", number -> {
                            if (number == 20) {
                                throw new IllegalStateException("It broke.");
                            }
                        }),
                        (done, of) -> {}))
                .hasRootCauseMessage("It broke.");
    }

    @Test
    void whenItEndsNoClientRuns() {
        CountDownLatch failing = new CountDownLatch(1);
        CountDownLatch returned = new CountDownLatch(1);
        AtomicBoolean ranOn = new AtomicBoolean();
        Race race = new Race(2, ROUNDS, ROUNDS, 1, clock::get);

        assertThatThrownBy(() -> race.run(
                        Map.of("bad", number -> {
                            if (number > 0) {
                                failing.countDown();
                                throw new IllegalStateException("It broke.");
                            }
                            await(failing);
                            ranOn.set(await(returned));
                        }),
                        (done, of) -> {}))
                .hasRootCauseMessage("It broke.");
        returned.countDown();

        assertThat(ranOn).isFalse();
    }

    @Test
    void anInterruptionEndsItAndStays() throws Exception {
        Race race = new Race(2, ROUNDS, ROUNDS, 1, clock::get);
        CountDownLatch running = new CountDownLatch(100);
        AtomicBoolean stillInterrupted = new AtomicBoolean();
        CompletableFuture<Void> ended = new CompletableFuture<>();
        Thread racing = new Thread(() -> {
            try {
                race.run(Map.of("any", number -> running.countDown()), (done, of) -> {});
            } catch (EvaluationException e) {
                stillInterrupted.set(Thread.currentThread().isInterrupted());
                ended.complete(null);
            }
        });
        racing.start();
        running.await();
        racing.interrupt();

        ended.get();
        assertThat(stillInterrupted).isTrue();
    }

    /** Whether it came in a while that is long for whoever does not wait, whatever interrupts. */
    private static boolean await(CountDownLatch latch) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(300);
        while (System.nanoTime() < end) {
            try {
                return latch.await(end - System.nanoTime(), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                // It is what ends clients that can be ended; this one cannot.
            }
        }
        return false;
    }
}
