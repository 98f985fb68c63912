/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.measure;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
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

    /** A way and what its rounds took. */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    private record Candidate<K>(K key, Server server, double[] single, double[] loaded) {
        Candidate(K key, Server server) {
            this(key, server, new double[ROUNDS], new double[ROUNDS]);
        }
    }

    /** @param servers at least one; they stay the caller's */
    Medians<K> run(Map<K, ? extends Server> servers) throws EvaluationException {
        warmUp(servers);
        List<Candidate<K>> candidates = new ArrayList<>();
        servers.forEach((key, server) -> candidates.add(new Candidate<>(key, server)));
        LeadIn leadIn = new LeadIn(inputs, clock);
        Turns<Candidate<K>> turns = new Turns<>(candidates);
        int count = Math.min(ROUND, inputs.size());
        for (int round = 0; round < ROUNDS; round++) {
            int from = (int) ((long) round * (inputs.size() - count) / (ROUNDS - 1));
            for (Candidate<K> each : turns.next()) {
                Server server = each.server();
                leadIn.run(server, from);
                each.single()[round] = one(server, from, from + count) / 1e6 / count;
                each.loaded()[round] = load.nanos(server, inputs, from, from + count) / 1e6 / count;
                leadIn.ended(server);
            }
        }
        Map<K, Double> single = new LinkedHashMap<>();
        Map<K, Double> loaded = new LinkedHashMap<>();
        for (Candidate<K> each : candidates) {
            single.put(each.key(), median(each.single()));
            loaded.put(each.key(), median(each.loaded()));
        }
        return new Medians<>(single, loaded);
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

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
