/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import org.tminus.evaluation.EvaluationException;
import org.tminus.evaluation.EvaluationProgress;
import org.tminus.evaluation.bench.Bench;
import org.tminus.evaluation.bench.BenchOptions;
import org.tminus.evaluation.bench.BenchResult;
import org.tminus.evaluation.measure.Engines;
import org.tminus.onnxruntime.OnnxRuntime;
import org.tminus.onnxruntime.OnnxRuntimeOptions;
import org.tminus.onnxruntime.OnnxRuntimes;
import org.tminus.trainer.bench.BenchModels;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tminus bench}. */
@Command(
        name = "bench",
        description = {
            "Measures how fast models are through the platform beside ONNX Runtime, DJL and libtorch, side by side in one run: by"
                    + " batch and number of clients; and what paths save, a change of path costs, a decision takes, and a start"
                    + " takes.",
            "Takes minutes for each model; worth something only on an idle machine."
        },
        mixinStandardHelpOptions = true,
        abbreviateSynopsis = true,
        sortOptions = false,
        showDefaultValues = true)
final class BenchCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Parameters(
            paramLabel = "MODEL",
            arity = "0..*",
            description = {
                "the .tminus files, of tasks whose data is generated or installed; or the names of models that are made here: vit-small"
                        + " (the shape of ViT-Small/16, random weights), bge-small-en (from its Maven artifact)",
                "if none is given: the reference models, bge-small-en and vit-small"
            })
    private List<String> models = List.of();

    @Option(names = "--html", paramLabel = "FILE", description = "write a report for people here, one page")
    private @Nullable Path html;

    @Option(names = "--json", paramLabel = "FILE", description = "write the figures here")
    private @Nullable Path json;

    @Option(
            names = "--data",
            paramLabel = "PATH",
            description =
                    "folder or file with the data of a task that does not generate its own; if not given, where the"
                            + " Debian packages put it")
    private @Nullable Path data;

    @Option(names = "--batches", split = ",", paramLabel = "N", description = "numbers of inputs in a request")
    private List<Integer> batches = List.of(1, 4, 16, 64);

    @Option(names = "--clients", split = ",", paramLabel = "N", description = "numbers of clients that ask at once")
    private List<Integer> clients = List.of(1, 4, 16, 32);

    @Option(
            names = "--in-flight",
            paramLabel = "N",
            description = "leave out rows with more inputs at once than this, batch times clients")
    private int inFlight = 64;

    @Option(names = "--rounds", paramLabel = "N", description = "how often each engine has its turn")
    private int rounds = 15;

    @Option(names = "--turn", paramLabel = "MS", description = "how long a turn lasts, in milliseconds")
    private int turn = 200;

    @Option(
            names = "--memory",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "measure peak memory in processes of their own")
    private boolean memory = true;

    @Option(names = "--starts", paramLabel = "N", description = "how often the start is measured; 0 for not at all")
    private int starts = 3;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "threads that the platform works with on one operator; 0: as many as there are processors")
    private int threads;

    @Option(names = "--spinning", description = "let idle threads of the platform wait actively for a while")
    private boolean spinning;

    @Override
    public Integer call() throws IOException {
        Reports.check(html, json);
        Numbers.atLeast(0, "--threads", threads);
        BenchOptions options = new BenchOptions(batches, clients, inFlight, rounds, turn, memory, starts);
        OnnxRuntime runtime = OnnxRuntimes.standalone(
                OnnxRuntimeOptions.defaults().withThreads(threads).withSpinning(spinning));
        ConsoleProgress progress = new ConsoleProgress(System.out, Main.isTerminal());
        try (StopOnExit stop = new StopOnExit();
                BenchModels prepared = new BenchModels(data, progress)) {
            Bench bench = new Bench(runtime, options, Engines.all(), reported(progress, stop));
            if (models.isEmpty()) {
                for (String model : BenchModels.whole(Path.of(System.getProperty("tminus.home", ".")))) {
                    addIfPossible(bench, prepared, model);
                }
            } else {
                for (String model : models) {
                    add(bench, prepared.prepare(model));
                }
            }
            write(bench.result(
                    GivenCommand.of(spec.commandLine().getParseResult().originalArgs())));
            return ExitCode.OK;
        } catch (EvaluationException e) {
            throw new IOException(e.getMessage() + " " + e.advice(), e);
        } catch (CancellationException e) {
            System.out.println("stopped");
            return StopOnExit.INTERRUPTED;
        }
    }

    private static void add(Bench bench, BenchModels.Prepared model) throws EvaluationException {
        bench.add(model.file(), model.examples());
    }

    /** Nobody named it, so that it is no failure if its data or its encoder is not on this machine. */
    private static void addIfPossible(Bench bench, BenchModels prepared, String name) throws EvaluationException {
        BenchModels.Prepared model;
        try {
            model = prepared.prepare(name);
        } catch (IOException e) {
            bench.note(name + " was not measured: " + e.getMessage());
            return;
        }
        add(bench, model);
    }

    private void write(BenchResult result) throws IOException {
        if (json != null) {
            result.writeJson(Main.absolute(json));
        }
        if (html != null) {
            result.writeHtml(Main.absolute(html));
        }
        System.out.print(table(result));
    }

    private static EvaluationProgress reported(ConsoleProgress progress, StopOnExit stop) {
        long begin = System.nanoTime();
        return new EvaluationProgress() {
            @Override
            public void at(String step, long done, long total) {
                progress.progress(
                        new Progress(step, done, total, Duration.ofNanos(System.nanoTime() - begin), null, Map.of()));
            }

            @Override
            public boolean isCancelled() {
                return stop.isStopping();
            }
        };
    }

    private static String table(BenchResult result) {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%-18s %5s %7s  %-16s %9s %9s %10s %8s %8s%n",
                "",
                "batch",
                "clients",
                "engine",
                "p50 ms",
                "p99 ms",
                "inputs/s",
                "ratio",
                "MiB"));
        for (BenchResult.Row row : result.rows()) {
            Double peak = row.peakMemoryMiB();
            text.append(String.format(
                    Locale.ROOT,
                    "%-18s %5d %7d  %-16s %9.3f %9.3f %10.0f %8.3f %8s%n",
                    row.model(),
                    row.batch(),
                    row.threads(),
                    row.engine(),
                    row.p50Ms(),
                    row.p99Ms(),
                    row.throughputPerSecond(),
                    row.ratioToOnnxRuntime(),
                    peak == null ? "" : String.format(Locale.ROOT, "%.1f", peak)));
        }
        for (BenchResult.OfModel model : result.models()) {
            text.append(String.format(
                    Locale.ROOT,
                    "%-18s efficiency %s, switch %s µs, decision %s of full depth, start %s ms%n",
                    model.model(),
                    number(model.efficiency()),
                    number(model.switchMicroseconds()),
                    number(model.decisionShare()),
                    model.coldStartMs()));
        }
        return text.toString();
    }

    private static String number(@Nullable Double value) {
        return value == null ? "-" : String.format(Locale.ROOT, "%.3f", value);
    }
}
