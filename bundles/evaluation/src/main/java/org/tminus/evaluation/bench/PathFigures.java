/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.tminus.evaluation.EvaluationException;
import org.tminus.evaluation.bench.BenchResult.OfPath;
import org.tminus.evaluation.bench.Race.Lap;
import org.tminus.evaluation.bench.Race.Runner;
import org.tminus.evaluation.measure.Inputs;
import org.tminus.inference.Step;
import org.tminus.inference.Trace;
import org.tminus.model.OperatingPoint;
import org.tminus.tensor.HostTensor;

/** What a path saves, a change of path costs and a decision takes, one input at a time. Used by one thread. */
final class PathFigures {
    /** Below that the share that became time is noise. */
    private static final double LEAST_SAVING = 0.05;

    private static final double MICROS_PER_SECOND = 1e6;

    /** Decisions that are timed at least, however slow the model. */
    private static final int LEAST_DECISIONS = 8;

    private final Track track;
    private final Inputs single;

    /** @param single requests of one input */
    PathFigures(Track track, Inputs single) {
        this.track = track;
        this.single = single;
    }

    /** All paths of the menu but full depth. */
    List<OfPath> paths() throws EvaluationException {
        int fullDepth = track.fullDepth();
        Map<String, Runner> runners = new LinkedHashMap<>();
        for (int path = 0; path <= fullDepth; path++) {
            runners.put(String.valueOf(path), Track.runner(track.chosen(path), single));
        }
        Map<String, Lap> laps = track.race("paths", 1, runners);
        Lap full = lap(laps, String.valueOf(fullDepth));
        double fullFlops = flops(fullDepth);
        List<OfPath> measured = new ArrayList<>();
        for (int path = 0; path < fullDepth; path++) {
            double flops = flops(path) / fullFlops;
            double time = Ratios.of(lap(laps, String.valueOf(path)), full).median();
            measured.add(new OfPath(
                    track.model().menu().get(path).toString(),
                    flops,
                    time,
                    1 - flops < LEAST_SAVING ? null : (Double) ((1 - time) / (1 - flops))));
        }
        return measured;
    }

    private double flops(int path) throws EvaluationException {
        return track.chosenTraces(path, single.tensors().get(0)).get(0).flops();
    }

    /** The median over paths; null if none saves anything. */
    static @Nullable Double efficiency(List<OfPath> paths) {
        double[] known = paths.stream()
                .map(OfPath::efficiency)
                .filter(Objects::nonNull)
                .mapToDouble(Double::doubleValue)
                .toArray();
        return known.length == 0 ? null : (Double) Race.median(known);
    }

    /**
     * Full depth and the path nearest to half of the menu, which are prepared in any case.
     *
     * @return what an answer takes longer when they take turns; null if there is one path only
     */
    @Nullable
    Double switchMicroseconds() throws EvaluationException {
        if (track.fullDepth() == 0) {
            return null;
        }
        Runner full = Track.runner(track.chosen(track.fullDepth()), single);
        Runner half = Track.runner(track.chosen(track.fullDepth() / 2), single);
        Map<String, Lap> laps = track.race("switching", 1, Map.of("full", full, "half", half, "turns", (Runner)
                number -> (number % 2 == 0 ? full : half).answer(number)));
        double[] turns = lap(laps, "turns").perSecond();
        double[] differences = new double[turns.length];
        for (int round = 0; round < differences.length; round++) {
            double stays = 0.5 / lap(laps, "full").perSecond()[round]
                    + 0.5 / lap(laps, "half").perSecond()[round];
            differences[round] = (1 / turns[round] - stays) * MICROS_PER_SECOND;
        }
        return Race.median(differences);
    }

    /** Time of predictor and policy over that of full depth; null without an operating point. */
    @Nullable
    Double decisionShare() throws EvaluationException {
        OperatingPoint point = track.point();
        if (point == null) {
            return null;
        }
        List<Double> deciding = new ArrayList<>();
        List<Double> running = new ArrayList<>();
        // The first half finds everything cold.
        decide(point, new ArrayList<>(), new ArrayList<>());
        decide(point, deciding, running);
        return middle(deciding) / middle(running);
    }

    /** For as long as a race with one engine. */
    private void decide(OperatingPoint point, List<Double> deciding, List<Double> running) throws EvaluationException {
        long end = System.nanoTime()
                + 1_000_000L * track.options().rounds() * track.options().turnMillis();
        for (int number = 0; number < LEAST_DECISIONS || System.nanoTime() < end; number++) {
            track.progress()
                    .reportOrStop(track.model().name() + ": deciding", Math.min(number, single.size()), single.size());
            Map<String, HostTensor> request = single.tensors().get(number % single.size());
            Trace adaptive = track.adaptiveTraces(point, request).get(0);
            Trace full = track.chosenTraces(track.fullDepth(), request).get(0);
            deciding.add((double) (adaptive.nanos(Step.PREDICT) + adaptive.nanos(Step.DECIDE)));
            running.add((double) full.nanos(Step.RUN));
        }
    }

    private static double middle(List<Double> values) {
        return Race.median(values.stream().mapToDouble(Double::doubleValue).toArray());
    }

    private static Lap lap(Map<String, Lap> laps, String name) {
        Lap lap = laps.get(name);
        if (lap == null) {
            throw new IllegalArgumentException(String.format(Locale.ROOT, "%s took no part", name));
        }
        return lap;
    }
}
