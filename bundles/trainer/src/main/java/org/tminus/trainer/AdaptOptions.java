/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.tminus.trainer.adapt.LabelNames;
import org.tminus.trainer.adapt.Request;
import org.tminus.trainer.graph.Objective;
import org.tminus.trainer.graph.Pooling;
import org.tminus.trainer.pipeline.PipelineOptions.PolicyEffort;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** People's own model and data: what {@code adapt} and {@code adapt static} have in common. */
final class AdaptOptions {
    private static final String NO_LABELS = "none";

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    // Not required as picocli means it, which would ask for these before a subcommand as well.
    @Parameters(
            paramLabel = "MODEL.onnx",
            arity = "0..1",
            hideParamSyntax = true,
            description = "the model; weights beside it are found")
    private @Nullable Path model;

    @Option(names = "--data", paramLabel = "PATH", description = "folder or file with the data")
    private @Nullable Path data;

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

        @Option(names = "--seed", paramLabel = "N", description = "seed of the split, the weights and everything drawn")
        private long seed = 1;

        @Option(
                names = {"--work", "--resume"},
                paramLabel = "DIR",
                description = "folder of finished stages and checkpoints; beside the model file if not given")
        private @Nullable Path work;
    }

    /** The model. */
    Path model() {
        return given("MODEL.onnx", required(model, "parameter: 'MODEL.onnx'"));
    }

    /** Where the model file is, unless somebody says. */
    Path finished() {
        String name = String.valueOf(model().getFileName());
        return Main.absolute(Path.of(name.replaceFirst("\\.onnx$", "") + ".tminus"));
    }

    private Path data() {
        return given("--data", required(data, "option: '--data=PATH'"));
    }

    private Path required(@Nullable Path path, String what) {
        if (path == null) {
            throw new ParameterException(spec.commandLine(), "Missing required " + what);
        }
        return path;
    }

    /**
     * What was asked for.
     *
     * @param finished the model file, beside which the work folder is unless somebody says
     * @param output to write
     * @param command for provenances
     * @throws IllegalArgumentException if a number is out of range, or a name is none
     */
    Request request(
            Path finished,
            Path output,
            Optional<Instant> dataSince,
            PolicyEffort policies,
            String licence,
            String command)
            throws IOException {
        Numbers.atLeast(2, "--max-length", reading.maximumLength);
        Numbers.atLeast(1, "--image-size", reading.imageSize);
        Numbers.atLeast(0, "--epochs", training.epochs);
        Numbers.atLeast(1, "--threads", training.threads);
        return new Request(
                model(),
                data(),
                dataSince,
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
                new Request.Training(training.epochs, training.seed, training.threads, policies),
                output,
                training.work == null
                        ? finished.resolveSibling(finished.getFileName() + ".work")
                        : given("--work", training.work),
                licence,
                command);
    }

    /** What a person would have to type to get the same again, without paths of this machine. */
    String asTyped() {
        return model().getFileName() + " --data " + data().getFileName() + " --seed " + training.seed
                + (training.epochs == 0 ? "" : " --epochs " + training.epochs);
    }

    /** Work on a model. */
    interface Work {
        int run() throws IOException;
    }

    /** Says in words that Java has too little memory. */
    static int explained(Work work) throws IOException {
        try {
            return work.run();
        } catch (OutOfMemoryError e) {
            throw new IOException(
                    "Java's memory of " + (Runtime.getRuntime().maxMemory() >> 20)
                            + " MiB is too small for this model and"
                            + " data. Give it more, such as JAVA_OPTS=-Xmx16g ./tminus adapt ..., or take less data.",
                    e);
        }
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

    /** Scripts whose variables are not set give empty names, which would mean the current folder. */
    static Path given(String what, Path path) {
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
}
