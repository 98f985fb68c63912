/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.measure;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.CancellationException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.tminus.evaluation.EvaluationException;
import org.tminus.evaluation.EvaluationProgress;

/**
 * Times several ways of answering side by side: after a common warm-up, inputs are cut into short rounds, and every round goes
 * through all ways, so that drift of the machine hits all alike; each time in another order ({@link Turns}), and each way after
 * a lead-in of its own ({@link LeadIn}), so that none is charged for what came before it. Used by one thread.
 */
public final class Stopwatch {
    private static final int ROUND = 25;
    private static final int WARM_UP = 100;
    /** At full load. */
    private static final int PASSES = 4;

    private static final int MOST_WARM_UPS = 12;
    private static final int LEAST_WARM_UPS = 3;
    /** Large models have little Java to compile for each answer; waiting for silence would take long there. */
    private static final long LONG_WARM_UP_NANOS = 30_000_000_000L;
    /** Java's compiler takes a processor from the answers while it works; below this share it rests. */
    private static final double RESTING = 0.02;

    private final Inputs inputs;
    private final int throughputInputs;
    private final EvaluationProgress progress;
    private final LongSupplier clock;
    private final LeadIn leadIn;
    private final Energy energy = new Energy();
    private final @Nullable CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();

    /** @param throughputInputs how many inputs are answered at full load; 0 measures no throughput */
    public Stopwatch(Inputs inputs, int throughputInputs, EvaluationProgress progress) {
        this(inputs, throughputInputs, progress, System::nanoTime);
    }

    /** @param clock in nanoseconds */
    Stopwatch(Inputs inputs, int throughputInputs, EvaluationProgress progress, LongSupplier clock) {
        this.inputs = inputs;
        this.throughputInputs = throughputInputs;
        this.progress = progress;
        this.clock = clock;
        this.leadIn = new LeadIn(inputs, clock);
    }

    private static final class Lap {
        final long[] nanos;
        final int[] labels;
        double flops;
        long fallbacks;

        @Nullable
        Double throughput;

        @Nullable
        Double joules;

        Lap(int inputs) {
            nanos = new long[inputs];
            labels = new int[inputs];
        }

        Timing timing() {
            Percentiles percentiles = new Percentiles(nanos);
            double mean = flops / nanos.length;
            return new Timing(
                    percentiles.at(50) / 1e6,
                    percentiles.mean() / 1e6,
                    percentiles.at(99) / 1e6,
                    throughput,
                    joules,
                    Double.isNaN(mean) ? null : mean,
                    fallbacks,
                    labels,
                    roundMillis());
        }

        private double[] roundMillis() {
            double[] sums = new double[(nanos.length + ROUND - 1) / ROUND];
            for (int i = 0; i < nanos.length; i++) {
                sums[i / ROUND] += nanos[i] / 1e6;
            }
            return sums;
        }
    }

    /** Whether energy can be read here. */
    public boolean readsEnergy() {
        return energy.isReadable();
    }

    /**
     * Times all ways.
     *
     * @param servers by name; they stay the caller's
     * @return by name, in the same order
     * @throws EvaluationException the first failure of an answer
     * @throws CancellationException if the progress says so
     */
    public Map<String, Timing> time(Map<String, Server> servers) throws EvaluationException {
        Map<String, Lap> laps = new LinkedHashMap<>();
        servers.keySet().forEach(name -> laps.put(name, new Lap(inputs.size())));
        warmUp(servers);
        Turns<String> turns = new Turns<>(servers.keySet());
        for (int from = 0; from < inputs.size(); from += ROUND) {
            int to = Math.min(inputs.size(), from + ROUND);
            for (String name : turns.next()) {
                round(get(servers, name), get(laps, name), from, to);
            }
            progress.reportOrStop("timing single inputs", to, inputs.size());
        }
        load(servers, laps);
        Map<String, Timing> timings = new LinkedHashMap<>();
        laps.forEach((name, lap) -> timings.put(name, lap.timing()));
        return timings;
    }

    private static <T> T get(Map<String, T> map, String name) {
        T value = map.get(name);
        if (value == null) {
            throw new IllegalStateException("Nothing is named " + name);
        }
        return value;
    }

    private void warmUp(Map<String, Server> servers) throws EvaluationException {
        int count = Math.min(WARM_UP, inputs.size());
        long begin = clock.getAsLong();
        for (int round = 0; round < MOST_WARM_UPS; round++) {
            long compiled = compilerMillis();
            long start = clock.getAsLong();
            for (Server server : servers.values()) {
                for (int i = 0; i < count; i++) {
                    // Other inputs each time: some paths are needed by few of them, and are opened when first needed.
                    int at = (round * count + i) % inputs.size();
                    server.answer(inputs.tensors().get(at), inputs.rows().get(at));
                }
                leadIn.ended(server);
                progress.reportOrStop("warming up", round, MOST_WARM_UPS);
            }
            double share = (compilerMillis() - compiled) * 1e6 / Math.max(1, clock.getAsLong() - start);
            boolean enough = share < RESTING || clock.getAsLong() - begin > LONG_WARM_UP_NANOS;
            if (round + 1 >= LEAST_WARM_UPS && enough) {
                progress.reportOrStop("warming up", MOST_WARM_UPS, MOST_WARM_UPS);
                return;
            }
        }
    }

    private long compilerMillis() {
        return compiler != null && compiler.isCompilationTimeMonitoringSupported()
                ? compiler.getTotalCompilationTime()
                : 0;
    }

    private void round(Server server, Lap lap, int from, int to) throws EvaluationException {
        leadIn.run(server, from);
        for (int i = from; i < to; i++) {
            long start = clock.getAsLong();
            Server.Answer answer =
                    server.answer(inputs.tensors().get(i), inputs.rows().get(i));
            lap.nanos[i] = clock.getAsLong() - start;
            lap.labels[i] = answer.label();
            lap.flops += answer.flops();
            lap.fallbacks += answer.fallback() ? 1 : 0;
        }
        leadIn.ended(server);
    }

    /** In several passes over all ways, in turns as single inputs. */
    private void load(Map<String, Server> servers, Map<String, Lap> laps) throws EvaluationException {
        if (throughputInputs == 0) {
            return;
        }
        int count = Math.max(1, Math.min(throughputInputs, inputs.size()) / PASSES);
        Map<String, Long> nanos = new LinkedHashMap<>();
        Map<String, Double> joules = new LinkedHashMap<>();
        try (Load load = new Load()) {
            for (Server server : servers.values()) {
                if (!server.underLoad().equals(server)) {
                    load.nanos(server.underLoad(), inputs, 0, Math.min(WARM_UP, inputs.size()));
                    leadIn.ended(server.underLoad());
                }
            }
            Turns<String> turns = new Turns<>(servers.keySet());
            for (int pass = 0; pass < PASSES; pass++) {
                int from = pass * count;
                int to = Math.min(inputs.size(), from + count);
                for (String name : turns.next()) {
                    Server server = get(servers, name).underLoad();
                    leadIn.run(server, from);
                    List<Long> before = energy.now();
                    nanos.merge(name, load.nanos(server, inputs, from, to), Long::sum);
                    OptionalDouble used = energy.isReadable() ? energy.joulesSince(before) : OptionalDouble.empty();
                    joules.merge(name, used.orElse(Double.NaN), Double::sum);
                    leadIn.ended(server);
                }
                progress.reportOrStop("timing at full load", pass + 1L, PASSES);
            }
        }
        int answered = Math.min(inputs.size(), PASSES * count);
        laps.forEach((name, lap) -> {
            lap.throughput = answered * 1e9 / get(nanos, name);
            double used = get(joules, name);
            lap.joules = Double.isNaN(used) ? null : (Double) (used / answered);
        });
    }
}
