/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.measure;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import org.tminus.evaluation.EvaluationException;
import org.tminus.evaluation.EvaluationProgress;

/**
 * Times several ways of answering side by side: after a common warm-up, inputs are cut into short rounds, and every round goes
 * through all ways, each time beginning with another one, so that drift of the machine hits all alike. Used by one thread.
 */
public final class Stopwatch {
    private static final int ROUND = 25;
    private static final int WARM_UP = 100;
    private static final int MOST_WARM_UPS = 12;
    private static final int LEAST_WARM_UPS = 3;
    /** Large models have little Java to compile for each answer; waiting for silence would take long there. */
    private static final long LONG_WARM_UP_NANOS = 30_000_000_000L;
    /** Java's compiler takes a processor from the answers while it works; below this share it rests. */
    private static final double RESTING = 0.02;

    private final Inputs inputs;
    private final int throughputInputs;
    private final EvaluationProgress progress;
    private final Energy energy = new Energy();
    private final @Nullable CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();

    /** @param throughputInputs how many inputs are answered at full load; 0 measures no throughput */
    public Stopwatch(Inputs inputs, int throughputInputs, EvaluationProgress progress) {
        this.inputs = inputs;
        this.throughputInputs = throughputInputs;
        this.progress = progress;
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
        List<String> names = new ArrayList<>(servers.keySet());
        int first = 0;
        for (int from = 0; from < inputs.size(); from += ROUND) {
            int to = Math.min(inputs.size(), from + ROUND);
            for (int i = 0; i < names.size(); i++) {
                String name = names.get((first + i) % names.size());
                round(get(servers, name), get(laps, name), from, to);
            }
            first++;
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
        long begin = System.nanoTime();
        for (int round = 0; round < MOST_WARM_UPS; round++) {
            long compiled = compilerMillis();
            long start = System.nanoTime();
            for (Server server : servers.values()) {
                for (int i = 0; i < count; i++) {
                    server.answer(inputs.tensors().get(i), inputs.rows().get(i));
                }
                progress.reportOrStop("warming up", round, MOST_WARM_UPS);
            }
            double share = (compilerMillis() - compiled) * 1e6 / Math.max(1, System.nanoTime() - start);
            boolean enough = share < RESTING || System.nanoTime() - begin > LONG_WARM_UP_NANOS;
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
        // Not counted: threads of the way before may still wait actively, and caches hold its weights.
        server.answer(inputs.tensors().get(from), inputs.rows().get(from));
        for (int i = from; i < to; i++) {
            long start = System.nanoTime();
            Server.Answer answer =
                    server.answer(inputs.tensors().get(i), inputs.rows().get(i));
            lap.nanos[i] = System.nanoTime() - start;
            lap.labels[i] = answer.label();
            lap.flops += answer.flops();
            lap.fallbacks += answer.fallback() ? 1 : 0;
        }
    }

    /** In several passes over all ways, for the same reason as single inputs. */
    private void load(Map<String, Server> servers, Map<String, Lap> laps) throws EvaluationException {
        if (throughputInputs == 0) {
            return;
        }
        int passes = 4;
        int count = Math.max(1, Math.min(throughputInputs, inputs.size()) / passes);
        Map<String, Long> nanos = new LinkedHashMap<>();
        Map<String, Double> joules = new LinkedHashMap<>();
        try (Load load = new Load()) {
            for (Server server : servers.values()) {
                if (!server.underLoad().equals(server)) {
                    load.nanos(server.underLoad(), inputs, 0, Math.min(WARM_UP, inputs.size()));
                }
            }
            for (int pass = 0; pass < passes; pass++) {
                int from = pass * count;
                int to = Math.min(inputs.size(), from + count);
                for (Map.Entry<String, Server> entry : servers.entrySet()) {
                    Server server = entry.getValue().underLoad();
                    List<Long> before = energy.now();
                    nanos.merge(entry.getKey(), load.nanos(server, inputs, from, to), Long::sum);
                    OptionalDouble used = energy.isReadable() ? energy.joulesSince(before) : OptionalDouble.empty();
                    joules.merge(entry.getKey(), used.orElse(Double.NaN), Double::sum);
                }
                progress.reportOrStop("timing at full load", pass + 1L, passes);
            }
        }
        int answered = Math.min(inputs.size(), passes * count);
        laps.forEach((name, lap) -> {
            lap.throughput = answered * 1e9 / get(nanos, name);
            double used = get(joules, name);
            lap.joules = Double.isNaN(used) ? null : (Double) (used / answered);
        });
    }
}
