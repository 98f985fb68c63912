/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.tminus.trainer.adapt.Adaptation;
import org.tminus.trainer.adapt.ExpectedTime;
import org.tminus.trainer.adapt.LabelNames;
import org.tminus.trainer.adapt.Request;
import org.tminus.trainer.graph.Objective;
import org.tminus.trainer.graph.Pooling;
import org.tminus.trainer.pipeline.Pipeline;
import org.tminus.trainer.pipeline.PipelineOptions.PolicyEffort;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tminus adapt MODEL.onnx --data PATH}: people's own model and data. */
@Command(
        name = "adapt",
        description = {
            "Makes your own ONNX model adaptive with your own data: checks both, says what to expect, trains exits, predictor"
                    + " and policies, certifies, and writes a model file.",
            "Data: a folder with a folder of pictures per class; texts as CSV, TSV or JSONL, with the tokenizer.json of"
                    + " the model; or the model's inputs as numbers, as JSONL.",
            "Stopping it with Ctrl-C keeps what is done; the same command goes on from there."
        },
        customSynopsis = "tminus adapt MODEL.onnx --data PATH [OPTIONS]",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        showDefaultValues = true)
final class AdaptCommand implements Callable<Integer> {
    private static final String NO_LABELS = "none";

    @Parameters(paramLabel = "MODEL.onnx", description = "the model; weights beside it are found")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Path model;

    @Option(names = "--data", required = true, paramLabel = "PATH", description = "folder or file with the data")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Path data;

    @Option(
            names = "--labels",
            paramLabel = "FILE",
            description = "names of the model's classes in the order of its outputs: a name per line, a JSON list, or a"
                    + " config.json with id2label; 'none' to use no labels; those of the data if not given")
    private @Nullable String labels;

    @Option(
            names = "--tokenizer",
            paramLabel = "FILE",
            description = "tokenizer.json of the model; the one beside the model if not given")
    private @Nullable Path tokenizer;

    @Option(
            names = {"--output", "--out"},
            paramLabel = "FILE",
            description = "the model file to write; MODEL.tminus in this folder if not given")
    private @Nullable Path output;

    @Option(names = "--dry-run", description = "check and say what to expect, and train nothing")
    private boolean dryRun;

    @Option(
            names = {"-y", "--yes"},
            description = "do not ask before training; nothing is asked without a terminal")
    private boolean yes;

    @ArgGroup(validate = false, order = 1, heading = "%nHow the data is read:%n")
    private Reading reading = new Reading();

    @ArgGroup(validate = false, order = 2, heading = "%nWhat the model answers:%n")
    private End end = new End();

    @ArgGroup(validate = false, order = 3, heading = "%nHow it is trained:%n")
    private Training training = new Training();

    private static final class Reading {
        @Option(names = "--text-column", paramLabel = "NAME", description = "column or member with the text")
        private String textColumn = "text";

        @Option(
                names = "--label-column",
                paramLabel = "NAME",
                description = "column or member with the class of a text")
        private String labelColumn = "label";

        @Option(
                names = "--group-column",
                paramLabel = "NAME",
                description = "column or member that says which texts belong together, such as an author")
        private @Nullable String groupColumn;

        @Option(
                names = "--data-since",
                paramLabel = "DATE",
                description =
                        "none of the data is from before this day or time (UTC), such as 2026-01-31; the certificate"
                                + " says so, which a point that was withdrawn at run time needs to count again")
        private @Nullable String dataSince;

        @Option(names = "--max-length", paramLabel = "N", description = "tokens of a text; the rest is cut off")
        private int maximumLength = 128;

        @Option(
                names = "--image-size",
                paramLabel = "N",
                description = "height and width of pictures, where the model does not fix them")
        private int imageSize = 224;
    }

    private static final class End {
        @Option(
                names = "--answer",
                paramLabel = "classes|embedding",
                description =
                        "what the model's output is, where there are no labels: scores of classes, or an embedding"
                                + " whose direction counts; told from the model if not given, and said before training")
        private @Nullable String answer;

        @Option(
                names = "--pooling",
                paramLabel = "mean|first",
                description =
                        "how states become one vector for a new classifier or an embedding; first for pictures and mean"
                                + " for others if not given")
        private @Nullable String pooling;

        @Option(
                names = "--new-head",
                description =
                        "put a new classifier on the model's output, even if it has as many numbers as there are classes")
        private boolean newHead;
    }

    private static final class Training {
        @Option(
                names = "--epochs",
                paramLabel = "N",
                description = "passes over the training data; 0 to choose by its size")
        private int epochs;

        @Option(
                names = "--threads",
                paramLabel = "N",
                description = "threads that compute; they do not change the result")
        private int threads = 2;

        @Option(
                names = "--policy-seeds",
                paramLabel = "N",
                description = "trainings of each learned policy; 0 for none")
        private int policySeeds = PolicyEffort.STANDARD.seeds();

        @Option(
                names = "--policy-updates",
                paramLabel = "N",
                description = "updates of each training of a learned policy; 0 for none")
        private int policyUpdates = PolicyEffort.STANDARD.updates();

        @Option(names = "--seed", paramLabel = "N", description = "seed of the split, the weights and everything drawn")
        private long seed = 1;

        @Option(
                names = {"--work", "--resume"},
                paramLabel = "DIR",
                description = "folder of finished stages and checkpoints; beside the output if not given")
        private @Nullable Path work;

        @Option(names = "--licence", paramLabel = "TEXT", description = "licence that the model file states")
        private String licence = "unknown";

        /** How much of it, by number. */
        private Request.Training asked() {
            Numbers.atLeast(0, "--epochs", epochs);
            Numbers.atLeast(1, "--threads", threads);
            return new Request.Training(epochs, seed, threads, Numbers.effort(policySeeds, policyUpdates));
        }
    }

    @Override
    public Integer call() throws IOException {
        try {
            return adapt();
        } catch (OutOfMemoryError e) {
            throw new IOException(
                    "Java's memory of " + (Runtime.getRuntime().maxMemory() >> 20)
                            + " MiB is too small for this model and"
                            + " data. Give it more, such as JAVA_OPTS=-Xmx16g ./tminus adapt ..., or take less data.",
                    e);
        }
    }

    private int adapt() throws IOException {
        PrintStream out = System.out;
        ConsoleProgress progress = new ConsoleProgress(out, Main.isTerminal());
        Adaptation adaptation = Adaptation.prepare(request(), progress);
        adaptation.words().forEach(out::println);
        if (adaptation.isBegun()) {
            out.println("time    goes on from what is in the work folder");
        } else {
            out.println("        trying a few steps of each stage to see how long they take ...");
            try (StopOnExit stop = new StopOnExit()) {
                ExpectedTime expected = adaptation.expectedTime(progress, stop::isStopping);
                if (expected != null) {
                    out.println("time    " + expected.sentence());
                }
                if (stop.isStopping()) {
                    adaptation.forget();
                    out.println("stopped; nothing was trained");
                    return StopOnExit.INTERRUPTED;
                }
            }
        }
        if (dryRun) {
            adaptation.forget();
            return ExitCode.OK;
        }
        // Whoever ends the process while it asks ends it at once.
        if (!yes && Main.isTerminal() && !isWanted(out)) {
            adaptation.forget();
            out.println("nothing was trained");
            return ExitCode.OK;
        }
        try (StopOnExit stop = new StopOnExit()) {
            Pipeline.Result result = adaptation.run(progress, stop::isStopping);
            if (result == null) {
                out.println("stopped; the same command goes on from here");
                return StopOnExit.INTERRUPTED;
            }
            out.print(ResultTable.of(result));
            return ExitCode.OK;
        }
    }

    private Request request() throws IOException {
        Numbers.atLeast(2, "--max-length", reading.maximumLength);
        Numbers.atLeast(1, "--image-size", reading.imageSize);
        Request.Training asked = training.asked();
        Optional<Instant> since = Optional.ofNullable(reading.dataSince).map(AdaptCommand::time);
        Path onnx = given("MODEL.onnx", model);
        Path file = output == null ? Main.absolute(Path.of(stem(onnx) + ".tminus")) : given("--output", output);
        return new Request(
                onnx,
                given("--data", data),
                since,
                labelNames(),
                new Request.Text(
                        tokenizer == null ? null : given("--tokenizer", tokenizer),
                        reading.textColumn,
                        reading.labelColumn,
                        Optional.ofNullable(reading.groupColumn),
                        reading.maximumLength),
                new Request.Picture(reading.imageSize),
                new Request.Head(
                        end.newHead,
                        end.pooling == null ? null : named("--pooling", Pooling.values(), end.pooling),
                        answer()),
                asked,
                file,
                training.work == null
                        ? file.resolveSibling(file.getFileName() + ".work")
                        : given("--work", training.work),
                training.licence,
                "./tminus adapt " + onnx.getFileName() + " --data " + data.getFileName() + " --seed " + asked.seed()
                        + (asked.epochs() == 0 ? "" : " --epochs " + asked.epochs())
                        + since.map(time -> " --data-since " + time).orElse(""));
    }

    private @Nullable Objective answer() {
        return end.answer == null ? null : named("--answer", Objective.values(), end.answer);
    }

    /** Nobody knows the right embedding of an input, so whoever asks for embeddings asks for no labels. */
    private LabelNames labelNames() throws IOException {
        if (labels == null) {
            return answer() == Objective.EMBEDDING ? LabelNames.NONE : LabelNames.FROM_DATA;
        }
        return labels.equals(NO_LABELS) ? LabelNames.NONE : LabelNames.read(given("--labels", Path.of(labels)));
    }

    /** @param given a day or a time in UTC */
    static Instant time(String given) {
        Instant time;
        try {
            time = given.contains("T")
                    ? Instant.parse(given)
                    : LocalDate.parse(given).atStartOfDay(ZoneOffset.UTC).toInstant();
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(
                    "--data-since is a day or a time in UTC, such as 2026-01-31 or 2026-01-31T08:30:00Z, not '" + given
                            + "'.",
                    e);
        }
        if (time.isAfter(Instant.now())) {
            throw new IllegalArgumentException("--data-since is in the future: " + given + ".");
        }
        return time;
    }

    /** Scripts whose variables are not set give empty names, which would mean the current folder. */
    private static Path given(String what, Path path) {
        if (path.toString().isEmpty()) {
            throw new IllegalArgumentException(what + " is empty. Name a file or folder.");
        }
        return Main.absolute(path);
    }

    private static <E extends Enum<E>> E named(String option, E[] values, String name) {
        for (E each : values) {
            if (each.name().equalsIgnoreCase(name)) {
                return each;
            }
        }
        String known = Arrays.stream(values)
                .map(each -> each.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(" or "));
        throw new IllegalArgumentException(option + " is " + known + ", not '" + name + "'.");
    }

    private static String stem(Path file) {
        return String.valueOf(file.getFileName()).replaceFirst("\\.onnx$", "");
    }

    private static boolean isWanted(PrintStream out) throws IOException {
        out.print("Go on? [Y/n] ");
        out.flush();
        String answer = new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset())).readLine();
        return answer != null && !answer.strip().toLowerCase(Locale.ROOT).startsWith("n");
    }
}
