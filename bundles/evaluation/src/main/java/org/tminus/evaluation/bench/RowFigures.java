/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.tminus.evaluation.EvaluationException;
import org.tminus.evaluation.bench.BenchResult.Row;
import org.tminus.evaluation.bench.Race.Lap;
import org.tminus.evaluation.bench.Race.Runner;
import org.tminus.evaluation.measure.Engine;
import org.tminus.evaluation.measure.Inputs;
import org.tminus.evaluation.method.MemoryProcess;
import org.tminus.evaluation.method.Serving;
import org.tminus.model.OperatingPoint;

/** Times all engines at one model, by batch and number of clients. Used by one thread. */
final class RowFigures {
    private static final double NANOS_PER_MILLI = 1e6;

    /** Requests while memory is measured; more would take longer and no more memory. */
    private static final int REMEMBERED = 8;

    private final Track track;
    private final List<Engine> engines;
    private final String platformSetting;
    private final List<String> notes;

    /**
     * @param engines plain ONNX Runtime among them
     * @param notes receives why rows and figures are missing
     */
    RowFigures(Track track, List<Engine> engines, String platformSetting, List<String> notes) {
        this.track = track;
        this.engines = new ArrayList<>(engines);
        this.platformSetting = platformSetting;
        this.notes = notes;
    }

    /** The libraries that ran the model in every row so far. */
    List<Engine> engines() {
        return List.copyOf(engines);
    }

    /** Java compiles what it runs often: without this, the platform, which is all Java, would be slow in the first row. */
    void warmUp(Inputs requests) throws EvaluationException {
        track.race("warming up", 1, platform(requests));
    }

    private Map<String, Runner> platform(Inputs requests) {
        Map<String, Runner> runners = new LinkedHashMap<>();
        runners.put(BenchResult.FULL, Track.runner(track.chosen(track.fullDepth()), requests));
        OperatingPoint point = track.point();
        if (point != null) {
            runners.put(BenchResult.ADAPTIVE, Track.runner(track.adaptive(point), requests));
        }
        return runners;
    }

    List<Row> measure(int batch, int clients, Inputs requests) throws EvaluationException {
        String what = "batch of " + batch + ", " + clients + (clients == 1 ? " client" : " clients");
        OperatingPoint point = track.point();
        Map<String, Heat> heats = new LinkedHashMap<>();
        Map<String, Lap> laps;
        try {
            for (Engine engine : List.copyOf(engines)) {
                Heat heat = heat(engine, what, clients, requests);
                if (heat != null) {
                    heats.put(engine.name(), heat);
                }
            }
            Map<String, Runner> runners = new LinkedHashMap<>();
            heats.forEach((name, heat) -> runners.put(name, Track.runner(heat.server(), requests)));
            runners.putAll(platform(requests));
            laps = track.race(what, clients, runners);
        } finally {
            heats.values().forEach(Heat::close);
        }
        Lap reference = Objects.requireNonNull(laps.get(BenchResult.ONNX_RUNTIME));
        List<Row> rows = new ArrayList<>();
        for (Map.Entry<String, Lap> entry : laps.entrySet()) {
            Heat heat = heats.get(entry.getKey());
            String setting = heat != null
                    ? heat.setting()
                    : entry.getKey().equals(BenchResult.ADAPTIVE) && point != null
                            ? platformSetting + ", " + point.name()
                            : platformSetting;
            Double memory = clients == 1 && track.options().memory()
                    ? memory(entry.getKey(), heat == null ? "" : heat.setting(), requests)
                    : null;
            rows.add(row(batch, clients, entry.getKey(), entry.getValue(), reference, setting, memory));
        }
        return rows;
    }

    /** Null if the library does not run the model; then it is asked no more. */
    private @Nullable Heat heat(Engine engine, String what, int clients, Inputs requests) throws EvaluationException {
        try {
            return Heat.best(engine, track, what, clients, requests);
        } catch (EvaluationException e) {
            if (engine.name().equals(BenchResult.ONNX_RUNTIME)
                    || Thread.currentThread().isInterrupted()) {
                throw e;
            }
            engines.remove(engine);
            notes.add("There are no rows of " + engine.name() + " for "
                    + track.model().name() + " from a " + what + " on: " + e.getMessage());
            return null;
        }
    }

    private Row row(
            int batch,
            int clients,
            String engine,
            Lap lap,
            Lap reference,
            String setting,
            @Nullable Double peakMemoryMiB) {
        Ratios ratios = Ratios.of(lap, reference);
        long[] sorted = lap.nanos().clone();
        Arrays.sort(sorted);
        return new Row(
                track.model().name(),
                batch,
                clients,
                engine,
                at(sorted, 0.50) / NANOS_PER_MILLI,
                at(sorted, 0.99) / NANOS_PER_MILLI,
                batch * Race.median(lap.perSecond()),
                peakMemoryMiB,
                ratios.median(),
                ratios.ci95(),
                ratios.quartiles(),
                setting);
    }

    private @Nullable Double memory(String engine, String setting, Inputs requests) throws EvaluationException {
        OperatingPoint point = track.point();
        Serving serving;
        if (engine.equals(BenchResult.FULL)) {
            serving = new Serving.Chosen(false);
        } else if (engine.equals(BenchResult.ADAPTIVE) && point != null) {
            serving = new Serving.Point(point.policy(), point.name());
        } else {
            serving = new Serving.Library(engine, track.graph(), setting);
        }
        return new MemoryProcess(track.folder(), notes)
                .peakMiB(
                        track.model().name() + ", " + engine,
                        serving,
                        row -> track.fullDepth(),
                        requests.first(REMEMBERED),
                        track.progress());
    }

    private static double at(long[] sorted, double share) {
        return sorted[Math.max(0, (int) Math.ceil(share * sorted.length) - 1)];
    }
}
