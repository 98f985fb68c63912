/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.tminus.evaluation.EvaluationException;
import org.tminus.evaluation.EvaluationProgress;
import org.tminus.evaluation.MemoryOfWay;
import org.tminus.evaluation.bench.BenchResult.OfModel;
import org.tminus.evaluation.bench.BenchResult.OfPath;
import org.tminus.evaluation.bench.BenchResult.Row;
import org.tminus.evaluation.bench.Race.Lap;
import org.tminus.evaluation.bench.Race.Runner;
import org.tminus.evaluation.measure.ChosenPath;
import org.tminus.evaluation.measure.Inputs;
import org.tminus.evaluation.measure.PlainServer;
import org.tminus.evaluation.measure.Platform;
import org.tminus.evaluation.measure.Server;
import org.tminus.evaluation.method.MemoryProcess;
import org.tminus.evaluation.method.Serving;
import org.tminus.evaluation.method.Subject;
import org.tminus.evaluation.method.WithPoints;
import org.tminus.evaluation.ort.OrtGraph;
import org.tminus.evaluation.ort.Threads;
import org.tminus.inference.Step;
import org.tminus.inference.Trace;
import org.tminus.learning.data.Examples;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.OperatingPoint;
import org.tminus.onnxruntime.OnnxRuntime;
import org.tminus.policy.lstm.internal.ClosedLoopPolicy;
import org.tminus.policy.lstm.internal.OpenLoopPolicy;
import org.tminus.tensor.HostTensor;

/** Measures one model after the other beside plain ONNX Runtime. Used by one thread. */
public final class Bench {
    private static final String CHOSEN = "chosen";

    /** Requests that are prepared for a row; they are asked for in turns. */
    private static final int REQUESTS = 64;

    /** Below that the share that became time is noise. */
    private static final double LEAST_SAVING = 0.05;

    private static final double NANOS_PER_MILLI = 1e6;
    private static final double NANOS_PER_MICRO = 1e3;

    private final OnnxRuntime runtime;
    private final BenchOptions options;
    private final EvaluationProgress progress;
    private final List<Row> rows = new ArrayList<>();
    private final List<OfModel> models = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    /** @param runtime that the platform works with */
    public Bench(OnnxRuntime runtime, BenchOptions options, EvaluationProgress progress) {
        this.runtime = runtime;
        this.options = options;
        this.progress = progress;
    }

    /** All rows so far. */
    public List<Row> rows() {
        return List.copyOf(rows);
    }

    /** What was measured once for each model. */
    public List<OfModel> models() {
        return List.copyOf(models);
    }

    /** What a reader must know, and why figures are missing. */
    public List<String> notes() {
        return List.copyOf(notes);
    }

    /**
     * Measures a model; takes minutes.
     *
     * @param file a {@code .tminus} file
     * @param examples that are asked for
     * @throws EvaluationException if the model cannot be used
     * @throws java.util.concurrent.CancellationException if the progress says so
     */
    public void add(Path file, Examples examples) throws EvaluationException {
        try (Subject subject = Subject.open(file)) {
            AdaptiveModel model = subject.model();
            List<OperatingPoint> points = IntStream.range(0, model.menu().size())
                    .mapToObj(path -> ChosenPath.point(CHOSEN, path))
                    .toList();
            try (Platform platform = new Platform(runtime, new WithPoints(model, points))) {
                platform.addPolicy(CHOSEN, new ChosenPath(false));
                platform.addPolicy("lstm-ppo-open", new OpenLoopPolicy());
                platform.addPolicy("lstm-ppo-closed", new ClosedLoopPolicy());
                new OneModel(subject, platform, examples).measure();
            }
        }
    }

    private final class OneModel {
        private final Subject subject;
        private final AdaptiveModel model;
        private final Platform platform;
        private final Examples examples;
        private final Path graph;
        private final int fullDepth;
        private final @Nullable OperatingPoint point;

        OneModel(Subject subject, Platform platform, Examples examples) {
            this.subject = subject;
            this.model = subject.model();
            this.platform = platform;
            this.examples = examples;
            this.graph = model.file("model.onnx").orElseThrow();
            this.fullDepth = model.menu().size() - 1;
            this.point = model.defaultOperatingPoint().orElse(null);
        }

        void measure() throws EvaluationException {
            if (point == null) {
                notes.add(model.name() + " has no operating point, so there are no figures of " + BenchResult.ADAPTIVE
                        + ".");
            }
            for (int batch : options.batches()) {
                for (int clients : options.clients()) {
                    rows(batch, clients);
                }
            }
            Inputs single = requests(1);
            List<OfPath> paths = paths(single);
            models.add(new OfModel(
                    model.name(),
                    paths,
                    median(paths),
                    switching(single),
                    decisionShare(single),
                    new Starts(subject.file("model.json").map(Path::getParent).orElseThrow(), single, notes)
                            .measure(graph, options.starts(), progress)));
        }

        private Inputs requests(int batch) {
            int count = Math.min(REQUESTS, Math.max(1, examples.size() / batch));
            List<Integer> first = new ArrayList<>();
            List<Map<String, HostTensor>> tensors = new ArrayList<>();
            for (int request = 0; request < count; request++) {
                int begin = request * batch;
                first.add(begin);
                tensors.add(examples.inputs(IntStream.range(begin, begin + batch)
                        .map(row -> row % examples.size())
                        .toArray()));
            }
            return new Inputs(first, tensors);
        }

        private Runner runner(Server server, Inputs requests) {
            return new Runner() {
                @Override
                public void answer(int number) throws EvaluationException {
                    int request = number % requests.size();
                    server.answer(
                            requests.tensors().get(request), requests.rows().get(request));
                }

                @Override
                public long lingerNanos() {
                    return server.lingerNanos();
                }
            };
        }

        private Server chosen(int path) {
            return platform.server(CHOSEN, row -> ChosenPath.pointName(CHOSEN, path));
        }

        private Map<String, Lap> race(String what, int clients, Map<String, ? extends Runner> runners)
                throws EvaluationException {
            return new Race(clients, options.rounds(), options.turnMillis() * 1_000_000L)
                    .run(runners, (done, of) -> progress.reportOrStop(model.name() + ": " + what, done, of));
        }

        private void rows(int batch, int clients) throws EvaluationException {
            Inputs requests = requests(batch);
            Map<Threads, PlainServer> plain = new EnumMap<>(Threads.class);
            Map<String, Runner> runners = new LinkedHashMap<>();
            Map<String, Lap> laps;
            try {
                for (Threads threads : Threads.values()) {
                    OrtGraph opened = OrtGraph.of(runtime, threads.description(), graph, threads);
                    PlainServer server = new PlainServer(runtime, opened, opened.outputName());
                    plain.put(threads, server);
                    runners.put(plainName(threads), runner(server, requests));
                }
                runners.put(BenchResult.FULL, runner(chosen(fullDepth), requests));
                if (point != null) {
                    OperatingPoint asked = point;
                    runners.put(
                            BenchResult.ADAPTIVE,
                            runner(platform.server(asked.policy(), row -> asked.name()), requests));
                }
                laps = race(
                        "batch of " + batch + ", " + clients + (clients == 1 ? " client" : " clients"),
                        clients,
                        runners);
            } finally {
                plain.values().forEach(PlainServer::close);
            }
            Threads best = best(laps, clients);
            Lap reference = lap(laps, plainName(best));
            row(batch, clients, BenchResult.ONNX_RUNTIME, reference, reference, best.description(), requests);
            String platformSetting =
                    runtime.threads() + (runtime.isSpinning() ? " threads, spinning" : " threads, not spinning");
            row(batch, clients, BenchResult.FULL, lap(laps, BenchResult.FULL), reference, platformSetting, requests);
            if (point != null) {
                row(
                        batch,
                        clients,
                        BenchResult.ADAPTIVE,
                        lap(laps, BenchResult.ADAPTIVE),
                        reference,
                        platformSetting + ", " + point.name(),
                        requests);
            }
        }

        private String plainName(Threads threads) {
            return "plain " + threads;
        }

        /** The fastest for one client; that with the most answers for several. */
        private Threads best(Map<String, Lap> laps, int clients) {
            Threads best = Threads.PROCESS_POOL;
            double least = Double.POSITIVE_INFINITY;
            for (Threads threads : Threads.values()) {
                Lap lap = lap(laps, plainName(threads));
                double cost = clients == 1 ? Race.median(lap.nanos()) : 1 / Race.median(lap.perSecond());
                if (cost < least) {
                    least = cost;
                    best = threads;
                }
            }
            return best;
        }

        private void row(int batch, int clients, String engine, Lap lap, Lap reference, String setting, Inputs requests)
                throws EvaluationException {
            double[] ratios = IntStream.range(0, lap.roundNanos().length)
                    .mapToDouble(round -> lap.roundNanos()[round] / reference.roundNanos()[round])
                    .sorted()
                    .toArray();
            long[] sorted = lap.nanos().clone();
            Arrays.sort(sorted);
            rows.add(new Row(
                    model.name(),
                    batch,
                    clients,
                    engine,
                    at(sorted, 0.50) / NANOS_PER_MILLI,
                    at(sorted, 0.99) / NANOS_PER_MILLI,
                    batch * Race.median(lap.perSecond()),
                    clients == 1 && options.memory() ? memory(engine, requests) : null,
                    Race.median(ratios),
                    List.of(ratios[ratios.length / 4], ratios[(3 * ratios.length - 1) / 4]),
                    setting));
        }

        private @Nullable Double memory(String engine, Inputs requests) throws EvaluationException {
            Serving serving = new Serving.Chosen(false);
            if (engine.equals(BenchResult.ONNX_RUNTIME)) {
                serving = new Serving.ModelFile(graph);
            } else if (engine.equals(BenchResult.ADAPTIVE) && point != null) {
                serving = new Serving.Point(point.policy(), point.name());
            }
            Path folder = subject.file("model.json").map(Path::getParent).orElseThrow();
            MemoryOfWay measured = new MemoryProcess(folder, notes)
                    .measure(model.name() + ", " + engine, serving, row -> fullDepth, requests, progress);
            return measured == null ? null : (Double) measured.peakMiB();
        }

        private List<OfPath> paths(Inputs requests) throws EvaluationException {
            Map<String, Runner> runners = new LinkedHashMap<>();
            for (int path = 0; path <= fullDepth; path++) {
                runners.put(String.valueOf(path), runner(chosen(path), requests));
            }
            Map<String, Lap> laps = race("paths", 1, runners);
            Lap full = lap(laps, String.valueOf(fullDepth));
            double fullFlops = flops(fullDepth);
            List<OfPath> measured = new ArrayList<>();
            for (int path = 0; path < fullDepth; path++) {
                Lap lap = lap(laps, String.valueOf(path));
                double flops = flops(path) / fullFlops;
                double time = Race.median(IntStream.range(0, lap.roundNanos().length)
                        .mapToDouble(round -> lap.roundNanos()[round] / full.roundNanos()[round])
                        .toArray());
                measured.add(new OfPath(
                        model.menu().get(path).toString(),
                        flops,
                        time,
                        1 - flops < LEAST_SAVING ? null : (Double) ((1 - time) / (1 - flops))));
            }
            return measured;
        }

        private double flops(int path) throws EvaluationException {
            return platform.traces(
                            CHOSEN,
                            ChosenPath.pointName(CHOSEN, path),
                            requests(1).tensors().get(0))
                    .get(0)
                    .flops();
        }

        private @Nullable Double median(List<OfPath> paths) {
            double[] known = paths.stream()
                    .map(OfPath::efficiency)
                    .filter(Objects::nonNull)
                    .mapToDouble(Double::doubleValue)
                    .toArray();
            return known.length == 0 ? null : (Double) Race.median(known);
        }

        /** Full depth and the path nearest to half of it, which are prepared in any case. */
        private @Nullable Double switching(Inputs requests) throws EvaluationException {
            if (fullDepth == 0) {
                return null;
            }
            int other = fullDepth / 2;
            Server one = chosen(fullDepth);
            Server two = chosen(other);
            Runner staying = runner(one, requests);
            Runner stayingElsewhere = runner(two, requests);
            Map<String, Lap> laps =
                    race("switching", 1, Map.of("one", staying, "two", stayingElsewhere, "turns", (Runner)
                            number -> (number % 2 == 0 ? staying : stayingElsewhere).answer(number)));
            double[] differences = new double[options.rounds()];
            for (int round = 0; round < differences.length; round++) {
                double turns = 1 / lap(laps, "turns").perSecond()[round];
                double stays = 0.5 / lap(laps, "one").perSecond()[round]
                        + 0.5 / lap(laps, "two").perSecond()[round];
                differences[round] = (turns - stays) * 1e6;
            }
            return Race.median(differences);
        }

        private @Nullable Double decisionShare(Inputs requests) throws EvaluationException {
            if (point == null) {
                return null;
            }
            List<Double> deciding = new ArrayList<>();
            List<Double> running = new ArrayList<>();
            for (int pass = 0; pass < 2 * options.rounds(); pass++) {
                for (Map<String, HostTensor> request : requests.tensors()) {
                    Trace adaptive = platform.traces(point.policy(), point.name(), request)
                            .get(0);
                    Trace full = platform.traces(CHOSEN, ChosenPath.pointName(CHOSEN, fullDepth), request)
                            .get(0);
                    if (pass >= options.rounds()) {
                        deciding.add((adaptive.nanos(Step.PREDICT) + adaptive.nanos(Step.DECIDE)) / NANOS_PER_MICRO);
                        running.add(full.nanos(Step.RUN) / NANOS_PER_MICRO);
                    }
                }
            }
            return middle(deciding) / middle(running);
        }

        private double middle(List<Double> values) {
            return Race.median(values.stream().mapToDouble(Double::doubleValue).toArray());
        }
    }

    private static Lap lap(Map<String, Lap> laps, String name) {
        Lap lap = laps.get(name);
        if (lap == null) {
            throw new IllegalArgumentException(String.format(Locale.ROOT, "%s took no part", name));
        }
        return lap;
    }

    private static double at(long[] sorted, double share) {
        return sorted[Math.max(0, (int) Math.ceil(share * sorted.length) - 1)];
    }
}
