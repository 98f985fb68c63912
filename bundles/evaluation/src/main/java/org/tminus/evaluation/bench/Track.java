/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.tminus.evaluation.EvaluationException;
import org.tminus.evaluation.EvaluationProgress;
import org.tminus.evaluation.bench.Race.Lap;
import org.tminus.evaluation.bench.Race.Runner;
import org.tminus.evaluation.measure.ChosenPath;
import org.tminus.evaluation.measure.Inputs;
import org.tminus.evaluation.measure.KnownPolicies;
import org.tminus.evaluation.measure.Platform;
import org.tminus.evaluation.measure.Server;
import org.tminus.evaluation.method.Subject;
import org.tminus.evaluation.method.WithPoints;
import org.tminus.inference.Trace;
import org.tminus.learning.data.Examples;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.OperatingPoint;
import org.tminus.onnxruntime.OnnxRuntime;
import org.tminus.tensor.HostTensor;

/** A model on the platform, with the requests for it, where races are held. Used by one thread. */
final class Track implements AutoCloseable {
    private static final String CHOSEN = "chosen";

    /** Requests that are prepared for a row; they are asked for in turns. */
    private static final int REQUESTS = 64;

    private final Subject subject;
    private final Examples examples;
    private final BenchOptions options;
    private final EvaluationProgress progress;
    private final Platform platform;

    /** @param subject stays open until this is closed */
    Track(Subject subject, Examples examples, OnnxRuntime runtime, BenchOptions options, EvaluationProgress progress)
            throws EvaluationException {
        this.subject = subject;
        this.examples = examples;
        this.options = options;
        this.progress = progress;
        List<OperatingPoint> points = IntStream.range(0, model().menu().size())
                .mapToObj(path -> ChosenPath.point(CHOSEN, path))
                .toList();
        platform = new Platform(runtime, new WithPoints(model(), points));
        platform.addPolicy(CHOSEN, new ChosenPath(false));
        KnownPolicies.all().forEach(platform::addPolicy);
    }

    AdaptiveModel model() {
        return subject.model();
    }

    /** Of the extracted model. */
    Path folder() {
        return subject.file("model.json").map(Path::getParent).orElseThrow();
    }

    Path graph() {
        return subject.file("model.onnx").orElseThrow();
    }

    BenchOptions options() {
        return options;
    }

    EvaluationProgress progress() {
        return progress;
    }

    /** The place of full depth on the menu. */
    int fullDepth() {
        return model().menu().size() - 1;
    }

    /** The default operating point; null if the model has none. */
    @Nullable
    OperatingPoint point() {
        return model().defaultOperatingPoint().orElse(null);
    }

    /** What {@link #point} does. */
    Server adaptive(OperatingPoint point) {
        return platform.server(point.policy(), row -> point.name());
    }

    List<Trace> adaptiveTraces(OperatingPoint point, Map<String, HostTensor> request) throws EvaluationException {
        return platform.traces(point.policy(), point.name(), request);
    }

    /** A path of the menu through the platform. */
    Server chosen(int path) {
        return platform.server(CHOSEN, row -> ChosenPath.pointName(CHOSEN, path));
    }

    List<Trace> chosenTraces(int path, Map<String, HostTensor> request) throws EvaluationException {
        return platform.traces(CHOSEN, ChosenPath.pointName(CHOSEN, path), request);
    }

    /** The first examples, so many in each request. */
    Inputs requests(int batch) {
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

    static Runner runner(Server server, Inputs requests) {
        return new Runner() {
            @Override
            public void answer(int number) throws EvaluationException {
                int request = number % requests.size();
                server.answer(requests.tensors().get(request), requests.rows().get(request));
            }

            @Override
            public long lingerNanos() {
                return server.lingerNanos();
            }
        };
    }

    /** @param what for people */
    Map<String, Lap> race(String what, int clients, Map<String, ? extends Runner> runners) throws EvaluationException {
        return race(what, clients, options.rounds(), Math.min(5, options.rounds()), runners);
    }

    /** One that only tells who is faster. */
    Map<String, Lap> heat(String what, int clients, Map<String, ? extends Runner> runners) throws EvaluationException {
        return race(what, clients, Math.max(3, options.rounds() / 3), 1, runners);
    }

    private Map<String, Lap> race(
            String what, int clients, int rounds, int leastRounds, Map<String, ? extends Runner> runners)
            throws EvaluationException {
        return new Race(clients, rounds, leastRounds, options.turnMillis() * 1_000_000L)
                .run(runners, (done, of) -> progress.reportOrStop(model().name() + ": " + what, done, of));
    }

    @Override
    public void close() {
        platform.close();
    }
}
