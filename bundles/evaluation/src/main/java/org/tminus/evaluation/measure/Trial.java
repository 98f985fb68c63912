/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.measure;

import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.tminus.evaluation.EvaluationException;

/**
 * Finds the fastest of a few ways to answer. All are warm before any is timed, then take turns as in {@link Stopwatch}; a
 * round that something else disturbed does not decide. Used by one thread.
 *
 * @param <K> what names a way
 */
final class Trial<K> {
    /** Odd, so that the median is one of them. */
    static final int ROUNDS = 15;

    private static final int ROUND = 15;
    private static final int WARM_UPS = 3;
    private static final int WARM_UP = 100;

    private final Inputs inputs;
    private final Load load;
    private final LongSupplier clock;

    /** @param clock in nanoseconds, as that of the load */
    Trial(Inputs inputs, Load load, LongSupplier clock) {
        this.inputs = inputs;
        this.load = load;
        this.clock = clock;
    }

    /**
     * Medians over the rounds of the mean time of an answer, in milliseconds.
     *
     * @param single inputs one after the other
     * @param loaded one client per processor: the time between two answers
     */
    record Medians<K>(Map<K, Double> single, Map<K, Double> loaded) {
        K bestSingle() {
            return least(single);
        }

        K bestLoaded() {
            return least(loaded);
        }

        private static <K> K least(Map<K, Double> millis) {
            return millis.entrySet().stream()
                    .min(Comparator.comparingDouble(Map.Entry::getValue))
                    .orElseThrow()
                    .getKey();
        }
    }

    /** @param servers at least one; they stay the caller's */
    Medians<K> run(Map<K, ? extends Server> servers) throws EvaluationException {
        warmUp(servers);
        Map<K, double[]> single = new LinkedHashMap<>();
        Map<K, double[]> loaded = new LinkedHashMap<>();
        for (K each : servers.keySet()) {
            single.put(each, new double[ROUNDS]);
            loaded.put(each, new double[ROUNDS]);
        }
        LeadIn leadIn = new LeadIn(inputs, clock);
        Turns<Map.Entry<K, ? extends Server>> turns = new Turns<>(servers.entrySet());
        int count = Math.min(ROUND, inputs.size());
        for (int round = 0; round < ROUNDS; round++) {
            int from = (int) ((long) round * (inputs.size() - count) / (ROUNDS - 1));
            for (Map.Entry<K, ? extends Server> turn : turns.next()) {
                Server server = turn.getValue();
                leadIn.run(server, from);
                single.get(turn.getKey())[round] = one(server, from, from + count) / 1e6 / count;
                loaded.get(turn.getKey())[round] = load.nanos(server, inputs, from, from + count) / 1e6 / count;
                leadIn.ended(server);
            }
        }
        return new Medians<>(medians(single), medians(loaded));
    }

    private void warmUp(Map<K, ? extends Server> servers) throws EvaluationException {
        int count = Math.min(WARM_UP, inputs.size());
        for (int i = 0; i < WARM_UPS; i++) {
            for (Server server : servers.values()) {
                one(server, 0, count);
                load.nanos(server, inputs, 0, count);
            }
        }
    }

    private long one(Server server, int from, int to) throws EvaluationException {
        long start = clock.getAsLong();
        for (int i = from; i < to; i++) {
            server.answer(inputs.tensors().get(i), inputs.rows().get(i));
        }
        return clock.getAsLong() - start;
    }

    private static <K> Map<K, Double> medians(Map<K, double[]> rounds) {
        Map<K, Double> medians = new LinkedHashMap<>();
        rounds.forEach((key, values) -> {
            double[] sorted = values.clone();
            Arrays.sort(sorted);
            medians.put(key, sorted[sorted.length / 2]);
        });
        return medians;
    }
}
