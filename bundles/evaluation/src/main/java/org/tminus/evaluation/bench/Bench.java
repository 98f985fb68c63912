/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.bench;

import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.tminus.evaluation.EvaluationException;
import org.tminus.evaluation.EvaluationProgress;
import org.tminus.evaluation.Machine;
import org.tminus.evaluation.bench.BenchResult.OfModel;
import org.tminus.evaluation.bench.BenchResult.OfPath;
import org.tminus.evaluation.bench.BenchResult.Row;
import org.tminus.evaluation.measure.Engine;
import org.tminus.evaluation.measure.Inputs;
import org.tminus.evaluation.method.Subject;
import org.tminus.learning.data.Examples;
import org.tminus.onnxruntime.OnnxRuntime;

/** Measures one model after the other beside libraries that run its file without the platform. Used by one thread. */
public final class Bench {
    private final OnnxRuntime runtime;
    private final BenchOptions options;
    private final EvaluationProgress progress;
    private final List<Engine> engines = new ArrayList<>();
    private final Map<String, String> versions;
    private final List<Row> rows = new ArrayList<>();
    private final List<OfModel> models = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    /**
     * @param runtime that the platform works with
     * @param engines to compare with, plain ONNX Runtime among them; one that cannot be loaded is noted
     * @throws EvaluationException if that one cannot be loaded
     */
    public Bench(OnnxRuntime runtime, BenchOptions options, List<Engine> engines, EvaluationProgress progress)
            throws EvaluationException {
        this.runtime = runtime;
        this.options = options;
        this.progress = progress;
        versions = new TreeMap<>(Machine.versions(runtime));
        for (Engine engine : engines) {
            try {
                engine.load();
                versions.put(engine.name(), engine.version());
                this.engines.add(engine);
            } catch (EvaluationException e) {
                if (engine.name().equals(BenchResult.ONNX_RUNTIME)) {
                    throw e;
                }
                note("There are no rows of " + engine.name() + ": " + e.getMessage());
            }
        }
    }

    /** Adds what a reader must know. */
    public void note(String note) {
        notes.add(note);
    }

    /** All that was measured so far. */
    public BenchResult result(String command) {
        return new BenchResult(
                command,
                LocalDate.now(ZoneOffset.UTC).toString(),
                Machine.description(),
                Map.copyOf(versions),
                List.copyOf(rows),
                List.copyOf(models),
                List.copyOf(notes));
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
        try (Subject subject = Subject.open(file);
                Track track = new Track(subject, examples, runtime, options, progress)) {
            if (track.point() == null) {
                note(track.model().name() + " has no operating point, so there are no figures of "
                        + BenchResult.ADAPTIVE + ".");
            }
            List<Engine> running = rows(track);
            Inputs single = track.requests(1);
            PathFigures figures = new PathFigures(track, single);
            List<OfPath> paths = figures.paths();
            models.add(new OfModel(
                    track.model().name(),
                    paths,
                    PathFigures.efficiency(paths),
                    figures.switchMicroseconds(),
                    figures.decisionShare(),
                    new Starts(track.folder(), single, notes)
                            .measure(running, track.graph(), options.starts(), progress)));
        }
    }

    /** @return the libraries that run the model */
    private List<Engine> rows(Track track) throws EvaluationException {
        String setting = runtime.threads() + (runtime.isSpinning() ? " threads, spinning" : " threads, not spinning");
        RowFigures figures = new RowFigures(track, engines, setting, notes);
        figures.warmUp(track.requests(1));
        for (int batch : options.batches()) {
            Inputs requests = track.requests(batch);
            for (int clients : options.clients()) {
                if (batch * clients <= options.inFlight()) {
                    rows.addAll(figures.measure(batch, clients, requests));
                }
            }
        }
        return figures.engines();
    }
}
