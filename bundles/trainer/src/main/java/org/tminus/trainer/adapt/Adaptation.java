/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.adapt;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.tminus.failure.ModelFormatException;
import org.tminus.learning.data.Examples;
import org.tminus.learning.data.Groups;
import org.tminus.learning.data.Purpose;
import org.tminus.learning.data.Split;
import org.tminus.learning.data.TaskData;
import org.tminus.models.format.ModelPackage;
import org.tminus.onnx.GraphAnalysis;
import org.tminus.onnx.OnnxFormatException;
import org.tminus.onnx.OnnxModel;
import org.tminus.predictor.features.ImageFeatures;
import org.tminus.predictor.features.TokenFeatures;
import org.tminus.tasks.EmbeddingCorpus;
import org.tminus.trainer.ProgressListener;
import org.tminus.trainer.decide.FeatureReader;
import org.tminus.trainer.decide.Level;
import org.tminus.trainer.graph.GraphOptions;
import org.tminus.trainer.graph.Objective;
import org.tminus.trainer.graph.PathLosses;
import org.tminus.trainer.graph.Pooling;
import org.tminus.trainer.graph.Trainable;
import org.tminus.trainer.pack.ModelWriter;
import org.tminus.trainer.pipeline.EmbeddingTrunk;
import org.tminus.trainer.pipeline.GraphTrunkStage;
import org.tminus.trainer.pipeline.Pipeline;
import org.tminus.trainer.pipeline.PipelineOptions;
import org.tminus.trainer.pipeline.Recipe;
import org.tminus.trainer.pipeline.Rehearsal;
import org.tminus.trainer.pipeline.StaticBaselines;
import org.tminus.trainer.pipeline.Trunk;

/**
 * A checked plan to make one model adaptive with one set of data. Nothing was trained when it exists; {@link #run} trains.
 * Used by one thread.
 */
public final class Adaptation {
    private static final String VERSION = "1.0.0";
    private static final PathLosses LOSSES = PathLosses.DEFAULT.withEarly(0.05);
    /** Models with more weights are changed by low rank: it is quicker, and a few examples cannot spoil them. */
    private static final long LARGE = 20_000_000;

    private static final int RANK = 16;
    /** Directions are harder to keep than classes, so more may be given up. */
    private static final List<Level> EMBEDDING_LEVELS =
            List.of(new Level("careful", 0.01), new Level("balanced", 0.05), new Level("economical", 0.1));

    private static final int BATCH = 32;
    private static final int LEAST_STEPS = 400;
    /** Predictors are judged out of fold, and no group is in two folds. */
    private static final int LEAST_GROUPS = 5;

    private static final int MOST_EPOCHS = 20;
    private static final int LEAST_EPOCHS = 3;
    /** Subsets of deeper models would be hundreds of paths. */
    private static final int DEEPEST_WITH_SUBSETS = 12;

    private final Request request;
    private final OnnxModel model;
    private final GraphOptions options;
    private final Recipe recipe;
    private final Map<String, String> madeFrom;
    private final Map<String, String> facts;
    private final List<String> words;

    private Adaptation(
            Request request,
            OnnxModel model,
            GraphOptions options,
            Recipe recipe,
            Map<String, String> madeFrom,
            Map<String, String> facts,
            List<String> words) {
        this.request = request;
        this.model = model;
        this.options = options;
        this.recipe = recipe;
        this.madeFrom = madeFrom;
        this.facts = facts;
        this.words = List.copyOf(words);
    }

    /**
     * Checks everything that can be checked before training.
     *
     * @param listener hears how far the reading of data is
     * @throws AdaptException with all that stands in the way, and what to do
     * @throws IOException if a file cannot be read or written
     */
    public static Adaptation prepare(Request request, ProgressListener listener) throws IOException {
        return prepare(request, listener, new Room());
    }

    static Adaptation prepare(Request request, ProgressListener listener, Room room) throws IOException {
        OnnxModel given;
        try {
            given = OnnxModel.read(request.model());
        } catch (OnnxFormatException e) {
            throw ModelCheck.failure(e);
        }
        String name = String.valueOf(request.model().getFileName());
        GraphAnalysis before = ModelCheck.analyze(given);
        // The problems of the model come first: they do not depend on data.
        ModelCheck.check(given, name);
        OwnTask task = DataReader.read(request, given, before.signature(), listener);
        TaskData.Access training = task.data().accessFor(Purpose.TRAINING);
        Examples trunk = training.open(Split.TRUNK);
        Examples decision = training.open(Split.DECISION);
        int classes = task.data().description().labels().size();
        Pooling usual = task.kind() == DataKind.PICTURES ? Pooling.FIRST : Pooling.MEAN;
        ModelHead head = ModelHead.of(
                task.model(),
                ModelCheck.analyze(task.model()),
                classes,
                request.head(),
                usual,
                request.training().seed());
        GraphAnalysis analysis = ModelCheck.check(head.model(), name);
        boolean large = ModelCheck.weights(analysis) > LARGE;
        long rows = (long) trunk.size() + decision.size();
        // The calibration split stays closed until the end; it has as many groups as the decision split but for chance.
        int deciding = Groups.of(decision).count();
        if (deciding < LEAST_GROUPS) {
            throw new AdaptException("The inputs to decide by, a part of the data, belong to only " + deciding
                    + " groups, and groups are never divided; at least " + LEAST_GROUPS
                    + " are needed. Give more data, or a group column with smaller groups.");
        }
        long groups = (long) Groups.of(trunk).count() + deciding;
        int calibration = (int) (groups * 15 / 75);
        long weightBytes = analysis.total().weightBytes();
        room.check(request.output(), request.work(), weightBytes, Room.workBytes(weightBytes, large, rows));

        GraphOptions options = options(request, trunk.size(), large);
        Expectation.Promise promise = head.embedding()
                ? Expectation.ofEmbeddings(calibration)
                : Expectation.promise(classes > 0, calibration);
        String sha256 = sha256(head.model().toBytes());
        Pooling states = head.pooling() == null ? usual : head.pooling();
        Trunk stage = stage(head, classes, options, sha256);
        Map<String, String> facts = OwnData.facts(request, task);
        facts.put(OwnData.BEGAN_WITH, sha256);
        TaskData told = task.data().withFacts(facts);
        TaskData data = head.embedding() ? EmbeddingCorpus.withCosine(told, EmbeddingCorpus.KEPT_COSINE) : told;
        Recipe recipe = new Recipe(
                new ModelWriter.Header(
                        modelName(request.output()),
                        VERSION,
                        name + ", made adaptive with an exit after each layer",
                        request.licence(),
                        states.name().toLowerCase(Locale.ROOT),
                        task.maximumLength()),
                data,
                stage,
                features(task.kind(), analysis),
                layers -> layers <= DEEPEST_WITH_SUBSETS ? Recipe.usualSubsets(layers) : List.of(),
                task.entries(),
                null,
                head.embedding() ? EMBEDDING_LEVELS : Level.STANDARD,
                new Recipe.Promise(promise.risk(), promise.epsilon(), promise.delta(), request.dataSince()),
                null);

        List<String> words = new ArrayList<>();
        words.add("model   " + name);
        ModelCheck.words(analysis).forEach(line -> words.add("        " + line));
        words.add("        " + head.note());
        words.add(String.format(
                Locale.ROOT,
                "data    %s: %d to learn from, %d to decide on, about as many to certify with; %s",
                task.kind().words(),
                trunk.size(),
                decision.size(),
                classes > 0 ? classes + " classes" : "no labels, so what the model answers as it is, is kept"));
        if (groups < rows) {
            words.add("        these are in " + groups
                    + " groups of near-copies or of what belongs together; a certificate"
                    + " counts one input of each");
        }
        task.notes().forEach(line -> words.add("        " + line));
        task.warnings().forEach(line -> words.add("warning " + line));
        if (classes > 0 && request.labels().names().isEmpty()) {
            words.add("        classes are numbered in this order: "
                    + some(task.data().description().labels()) + " (--labels for another)");
        }
        words.add("gain    what is to be had:");
        Expectation.costs(analysis, Expectation.meanLength(decision)).forEach(line -> words.add("        " + line));
        words.add("promise " + promise.sentence());
        words.add(String.format(
                Locale.ROOT,
                "plan    %d epochs of %d steps, %s",
                options.epochs(),
                trunk.size() / options.batch(),
                large ? "changes of rank " + RANK + " to the matrices" : "all weights but tables of tokens"));

        words.add("output  " + request.output()
                + (Files.exists(request.output()) ? ", which is there already and will be replaced (--output)" : ""));

        Map<String, String> madeFrom = new TreeMap<>();
        madeFrom.put("model", sha256);
        madeFrom.put("answer", head.embedding() ? "embedding" : "classes");
        madeFrom.put("data", data.description().sha256());
        madeFrom.put("seed", Long.toString(request.training().seed()));
        madeFrom.put("epochs", Integer.toString(options.epochs()));
        madeFrom.put("maximumLength", Integer.toString(task.maximumLength()));
        new TreeMap<>(task.entries()).forEach((entry, content) -> madeFrom.put(entry, sha256(content)));
        return new Adaptation(request, head.model(), options, recipe, madeFrom, facts, words);
    }

    private static Trunk stage(ModelHead head, int classes, GraphOptions options, String sha256) {
        if (head.embedding()) {
            return new EmbeddingTrunk(head.model(), head.pooling(), options, sha256);
        }
        return classes > 0
                ? new GraphTrunkStage(head.model(), Objective.CLASSES, head.pooling(), options, sha256)
                : new AgreementTrunk(head.model(), head.pooling(), options, sha256);
    }

    private static GraphOptions options(Request request, int examples, boolean large) {
        // Two shards need an even batch; a small set still gets some steps per epoch.
        int batch = Math.max(2, Math.min(BATCH, examples / 4 / 2 * 2));
        int steps = Math.max(1, examples / batch);
        Request.Training training = request.training();
        int epochs = training.epochs() > 0
                ? training.epochs()
                : Math.max(LEAST_EPOCHS, Math.min(MOST_EPOCHS, (LEAST_STEPS + steps - 1) / steps));
        GraphOptions options = GraphOptions.fineTuning(epochs, batch, training.seed())
                .withWarmUpSteps(Math.min(100, Math.max(1, epochs * steps / 10)))
                .withThreads(training.threads())
                .withLosses(LOSSES);
        return large ? options.withLearningRates(5e-4, 2e-3).withTrainable(Trainable.lowRank(RANK)) : options;
    }

    private static @Nullable String features(DataKind kind, GraphAnalysis analysis) {
        return switch (kind) {
            case PICTURES -> ImageFeatures.NAME;
            case TEXTS ->
                FeatureReader.fitting(analysis.signature())
                        .filter(TokenFeatures.NAME::equals)
                        .orElse(null);
            case TENSORS -> null;
        };
    }

    private static String some(List<String> names) {
        int shown = Math.min(8, names.size());
        return String.join(", ", names.subList(0, shown)) + (names.size() > shown ? ", ..." : "");
    }

    /** A name that model files may have, made from that of the output. */
    static String modelName(Path output) {
        String name = String.valueOf(output.getFileName()).replaceFirst("\\.tminus$", "");
        String clean = name.replaceAll("[^A-Za-z0-9_-]+", "-").replaceAll("^-+|-+$", "");
        return clean.isEmpty() ? "model" : clean;
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** What was found and is planned, line by line. */
    public List<String> words() {
        return words;
    }

    /** Whether the work folder holds a part of this run already. */
    public boolean isBegun() {
        return Files.exists(request.work().resolve("trunk/trunk.checkpoint"))
                || Files.exists(request.work().resolve("trunk.stage"));
    }

    /**
     * Tries a few steps of every stage, to say how long all of them will take.
     *
     * @param listener hears what takes long already
     * @return {@code null} if it was stopped before anything could be told
     * @throws AdaptException if the work folder is in use or belongs to another run
     */
    @SuppressWarnings("try") // the folder is held by being open
    public @Nullable ExpectedTime expectedTime(ProgressListener listener, BooleanSupplier stop) throws IOException {
        try (WorkFolder work = WorkFolder.open(request.work(), madeFrom, isBegun())) {
            TaskData.Access training = recipe.data().accessFor(Purpose.TRAINING);
            Trial.Pace pace = Trial.run(recipe.trunk(), training, request.work().resolve("trial"), stop, listener);
            Examples decision = training.open(Split.DECISION);
            Rehearsal rest = pace == null
                    ? null
                    : Rehearsal.of(model, recipe, decision, request.training().policies(), stop);
            if (pace == null || rest == null) {
                return null;
            }
            // After each epoch the decision split is judged; a step forward is about a third of one that learns.
            double judged = (double) decision.size() * options.epochs() / (3.0 * options.batch());
            Duration weights = pace.total()
                    .plus(Duration.ofMillis((long) (judged * pace.step().toMillis())));
            return new ExpectedTime(weights, rest.paths(), rest.predictor(), rest.policies());
        } catch (RuntimeException e) {
            ComputingFailure.explain(e);
            throw e;
        }
    }

    /**
     * Removes what {@link #expectedTime} left in the work folder, and the folder if nothing else is in it, where nothing is
     * to be trained after all. Nothing happens where a run has begun.
     */
    public void forget() throws IOException {
        if (!isBegun()) {
            WorkFolder.remove(request.work());
        }
    }

    /**
     * Trains, decides, certifies and writes the model file; goes on from where the work folder is.
     *
     * @return {@code null} if it was stopped; the same call goes on
     * @throws AdaptException if the work folder is in use or belongs to another run
     * @throws IOException if a file cannot be read or written
     */
    public Pipeline.@Nullable Result run(ProgressListener listener, BooleanSupplier stop) throws IOException {
        return working(() -> {
            // A run that was killed while it tried leaves it behind.
            Trial.delete(request.work().resolve("trial"));
            PipelineOptions places = new PipelineOptions(
                    request.output(),
                    request.work(),
                    request.command(),
                    request.training().seed(),
                    request.training().policies());
            return Pipeline.run(recipe, places, listener, stop);
        });
    }

    /**
     * Trains static models as the baseline of the finished one: its first layers as they came and its end, for as many epochs
     * on the same data, with the finished model as their teacher. Goes on from where the work folder is.
     *
     * @param finished model file that {@link #run} made of the same
     * @param depths numbers of layers
     * @param folder for the models
     * @return {@code false} if it was stopped; the same call goes on
     * @throws AdaptException if the finished model was made of something else, or the work folder is in use or belongs to
     *     another run
     * @throws IOException if a file cannot be read or written
     * @throws IllegalArgumentException if the model has not as many layers as a depth says
     */
    public boolean trainStatics(
            Path finished, List<Integer> depths, Path folder, ProgressListener listener, BooleanSupplier stop)
            throws IOException {
        int trunk = recipe.data().accessFor(Purpose.TRAINING).open(Split.TRUNK).size();
        long steps = (long) options.epochs() * (trunk / options.batch());
        String name;
        try (ModelPackage file = ModelPackage.open(finished);
                InputStream description = file.read("model.json")) {
            name = file.name();
            OwnData.requireMadeOf(
                    finished,
                    new ObjectMapper().readTree(description),
                    facts,
                    recipe.data().description(),
                    request.data(),
                    steps);
        } catch (ModelFormatException e) {
            throw new AdaptException(e.getMessage() + " " + e.advice(), e);
        }
        return Boolean.TRUE.equals(working(() -> StaticBaselines.train(
                name,
                recipe.data(),
                begin(),
                finished,
                depths,
                folder,
                request.work(),
                request.command(),
                listener,
                stop)));
    }

    private StaticBaselines.Begin begin() {
        if (recipe.trunk() instanceof EmbeddingTrunk trunk) {
            return StaticBaselines.Begin.of(trunk);
        }
        // Without labels there is the teacher alone to learn from.
        return new StaticBaselines.Begin(
                model,
                Objective.CLASSES,
                recipe.trunk() instanceof AgreementTrunk ? options.withTeacherWeight(1) : options);
    }

    /** What works in the folder. */
    private interface Work<T> {
        @Nullable
        T run() throws IOException;
    }

    @SuppressWarnings("try") // the folder is held by being open
    private <T> @Nullable T working(Work<T> what) throws IOException {
        try (WorkFolder work = WorkFolder.open(request.work(), madeFrom, isBegun())) {
            return what.run();
        } catch (UncheckedIOException e) {
            throw new AdaptException(
                    e.getMessage() + " (" + e.getCause() + "). Put it back, and run the same again.", e);
        } catch (RuntimeException e) {
            ComputingFailure.explain(e);
            throw e;
        } catch (IOException e) {
            ComputingFailure.explain(e);
            throw Room.explained(e, request.output(), request.work());
        }
    }
}
