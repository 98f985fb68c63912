/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import org.tminus.evaluation.Evaluation;
import org.tminus.evaluation.EvaluationException;
import org.tminus.evaluation.EvaluationOptions;
import org.tminus.evaluation.EvaluationProgress;
import org.tminus.evaluation.EvaluationResult;
import org.tminus.failure.ModelFormatException;
import org.tminus.learning.data.TaskData;
import org.tminus.model.AdaptiveModel;
import org.tminus.models.format.ModelPackage;
import org.tminus.onnxruntime.OnnxRuntimeOptions;
import org.tminus.onnxruntime.OnnxRuntimes;
import org.tminus.trainer.adapt.OwnData;
import org.tminus.trainer.pipeline.Folders;
import org.tminus.trainer.pipeline.Recipes;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tminus evaluate}. */
@Command(
        name = "evaluate",
        description = {
            "Measures a model that `train` or `adapt` made on its test data, against full depth, static models, mixtures, early"
                    + " exit, open-loop classification and oracles.",
            "Takes minutes; latency is worth something only on an idle machine."
        },
        mixinStandardHelpOptions = true,
        abbreviateSynopsis = true,
        sortOptions = false,
        showDefaultValues = true)
final class EvaluateCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Parameters(paramLabel = "MODEL", description = "the .tminus file")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Path model;

    @Option(names = "--html", paramLabel = "FILE", description = "write a report for people here, one page")
    private @Nullable Path html;

    @Option(names = "--json", paramLabel = "FILE", description = "write the figures here")
    private @Nullable Path json;

    @Option(
            names = "--data",
            paramLabel = "PATH",
            description =
                    "folder or file with the data: what your own model was adapted with; for fashion-vit, package-sections and"
                            + " embedding where the Debian packages put it, if not given")
    private @Nullable Path data;

    @Option(
            names = "--static",
            paramLabel = "DIR",
            description = "folder with static models NAME-static-DEPTH.onnx; 'static' beside the model if not given")
    private @Nullable Path statics;

    @Option(
            names = "--transfer",
            paramLabel = "FILE",
            description = "another .tminus file, whose learned policies are tried on this model")
    private @Nullable Path transfer;

    @ArgGroup(validate = false, order = 1, heading = "%nHow much is measured:%n")
    private Effort effort = new Effort();

    private static final class Effort {
        @Option(
                names = "--latency-inputs",
                paramLabel = "N",
                description = "inputs that are timed one by one; 0 for none")
        private int latencyInputs = EvaluationOptions.standard().latencyInputs();

        @Option(names = "--throughput-inputs", paramLabel = "N", description = "inputs at full load; 0 for none")
        private int throughputInputs = EvaluationOptions.standard().throughputInputs();

        @Option(
                names = "--memory",
                negatable = true,
                defaultValue = "true",
                fallbackValue = "true",
                description = "measure memory in processes of their own")
        private boolean memory = true;

        @Option(
                names = "--threads",
                paramLabel = "N",
                description =
                        "threads that the platform works with on one operator, as etc/org.tminus.onnxruntime.cfg sets them;"
                                + " 0: as many as there are processors. Plain ONNX Runtime gets what it is fastest with")
        private int threads;

        @Option(
                names = "--spinning",
                description =
                        "let threads of the platform that have no work wait actively for a while, as the same file can: sooner answers"
                                + " under steady load, for busy processors")
        private boolean spinning;

        @Option(names = "--seed", paramLabel = "N", description = "seed of resampling")
        private long seed = 1;
    }

    @Override
    public Integer call() throws IOException {
        Reports.check(html, json);
        Numbers.atLeast(0, "--threads", effort.threads);
        // The first to ask for it fixes how many threads the process has.
        OnnxRuntimes.standalone(
                OnnxRuntimeOptions.defaults().withThreads(effort.threads).withSpinning(effort.spinning));
        Path file = Main.absolute(model);
        Path beside = statics == null ? file.resolveSibling("static") : Main.absolute(statics);
        if (statics != null && !Files.isDirectory(beside)) {
            throw new IOException("there is no folder " + beside + " with static models; check --static");
        }
        // Data is read as its entries say, and they are what is measured.
        Path entries = Files.createTempDirectory("tminus-evaluate");
        try {
            return evaluate(file, extracted(file, entries), entries, beside);
        } finally {
            Folders.delete(entries);
        }
    }

    private static AdaptiveModel extracted(Path file, Path folder) throws IOException {
        try (ModelPackage opened = ModelPackage.open(file)) {
            return opened.extract(folder);
        } catch (ModelFormatException e) {
            throw new IOException(e.getMessage() + " " + e.advice(), e);
        }
    }

    private int evaluate(Path file, AdaptiveModel opened, Path entries, Path beside) throws IOException {
        ConsoleProgress progress = new ConsoleProgress(System.out, Main.isTerminal());
        TaskData task = task(file, opened.name(), entries, progress);
        EvaluationOptions options = EvaluationOptions.standard()
                .withSeed(effort.seed)
                .withInputs(effort.latencyInputs, effort.throughputInputs)
                .withMemory(effort.memory)
                .withStaticModels(Files.isDirectory(beside) ? beside : null)
                .withTransfer(transfer == null ? null : Main.absolute(transfer))
                .withCommand(GivenCommand.of(spec.commandLine().getParseResult().originalArgs()));
        try (StopOnExit stop = new StopOnExit()) {
            EvaluationResult result = new Evaluation(opened, task, options).run(new Reported(progress, stop));
            if (json != null) {
                result.writeJson(Main.absolute(json));
            }
            if (html != null) {
                result.writeHtml(Main.absolute(html));
            }
            System.out.print(table(result));
            return ExitCode.OK;
        } catch (EvaluationException e) {
            throw new IOException(e.getMessage() + " " + e.advice(), e);
        } catch (CancellationException e) {
            System.out.println("stopped");
            return StopOnExit.INTERRUPTED;
        }
    }

    /** The data that the model was made of, in the same splits. */
    private TaskData task(Path file, String name, Path entries, ConsoleProgress progress) throws IOException {
        JsonNode description =
                new ObjectMapper().readTree(entries.resolve("model.json").toFile());
        return OwnData.isToldBy(description)
                ? own(entries, progress)
                : known(file, name, entries, description, progress);
    }

    private TaskData own(Path entries, ConsoleProgress progress) throws IOException {
        if (data == null) {
            throw new IOException("the model was made of your own data; name the file or folder with --data");
        }
        progress.message("reading the data as the model's adaptation did");
        return OwnData.read(entries, Main.absolute(data), progress);
    }

    private TaskData known(Path file, String name, Path entries, JsonNode description, ConsoleProgress progress)
            throws IOException {
        JsonNode provenance = description.path("provenance");
        String stated = provenance.at("/data/name").asText();
        // Models of the first version named the data set, not the task.
        String task = Recipes.NAMES.contains(stated) ? stated : name;
        if (!Recipes.NAMES.contains(task)) {
            throw new IOException(
                    "the model in " + file + " belongs to none of the tasks " + String.join(", ", Recipes.NAMES)
                            + ", nor does it say how its data is to be read. Adapt it anew.");
        }
        progress.message("reading the data of " + task);
        Path tokenizer = entries.resolve("tokenizer.json");
        return Recipes.data(
                task,
                data,
                provenance.path("seed").asLong(),
                Files.exists(tokenizer) ? Files.readAllBytes(tokenizer) : null);
    }

    private static String table(EvaluationResult result) {
        StringBuilder text = new StringBuilder(
                String.format(Locale.ROOT, "test split%n  %-40s %9s %8s %10s%n", "", "accuracy", "FLOPs", "mean ms"));
        for (EvaluationResult.Row row : result.rows()) {
            Double accuracy = row.accuracy();
            Double latency = row.latencyMeanMs();
            text.append(String.format(
                    Locale.ROOT,
                    "  %-40s %9s %7.1f%% %10s%n",
                    row.name(),
                    accuracy == null ? "-" : String.format(Locale.ROOT, "%.2f%%", 100 * accuracy),
                    100 * row.flopsRatio(),
                    latency == null ? "-" : String.format(Locale.ROOT, "%.3f", latency)));
        }
        return text.toString();
    }

    /** Shows each step with the time that it has left by its own pace. Used by one thread. */
    private static final class Reported implements EvaluationProgress {
        private final ConsoleProgress progress;
        private final StopOnExit stop;
        private String step = "";
        private long begin;
        private long first;

        Reported(ConsoleProgress progress, StopOnExit stop) {
            this.progress = progress;
            this.stop = stop;
        }

        @Override
        public void at(String name, long done, long total) {
            long now = System.nanoTime();
            if (!name.equals(step)) {
                step = name;
                begin = now;
                first = done;
            }
            Duration elapsed = Duration.ofNanos(now - begin);
            Duration left =
                    done <= first ? null : elapsed.multipliedBy(total - done).dividedBy(done - first);
            progress.progress(new Progress(name, done, total, elapsed, left, Map.of()));
        }

        @Override
        public boolean isCancelled() {
            return stop.isStopping();
        }
    }
}
