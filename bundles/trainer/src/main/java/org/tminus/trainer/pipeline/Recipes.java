/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.pipeline;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.tminus.certificate.Risk;
import org.tminus.learning.data.TaskData;
import org.tminus.onnx.OnnxFormatException;
import org.tminus.onnx.OnnxModel;
import org.tminus.predictor.features.GridFeatures;
import org.tminus.predictor.features.ImageFeatures;
import org.tminus.predictor.features.TokenFeatures;
import org.tminus.predictor.features.ValueFeatures;
import org.tminus.tasks.DebianPackages;
import org.tminus.tasks.EmbeddingCorpus;
import org.tminus.tasks.Encoder;
import org.tminus.tasks.PackageSections;
import org.tminus.tasks.PictureInput;
import org.tminus.tasks.PointerChase;
import org.tminus.tasks.Signposts;
import org.tminus.tasks.TaskDataException;
import org.tminus.tasks.TextInput;
import org.tminus.trainer.data.DataSplits;
import org.tminus.trainer.data.FashionMnist;
import org.tminus.trainer.data.FashionVitData;
import org.tminus.trainer.decide.Level;
import org.tminus.trainer.graph.GraphOptions;
import org.tminus.trainer.graph.Objective;
import org.tminus.trainer.graph.PathLosses;
import org.tminus.trainer.graph.Pooling;
import org.tminus.trainer.graph.Precision;
import org.tminus.trainer.graph.SentenceEmbedding;
import org.tminus.trainer.graph.Stem;
import org.tminus.trainer.graph.Trainable;
import org.tminus.trainer.graph.TransformerBuilder;
import org.tminus.trainer.graph.TransformerConfig;
import org.tminus.trainer.pack.ModelWriter;
import org.tminus.trainer.vit.Normalisation;
import org.tminus.trainer.vit.TrunkOptions;
import org.tminus.trainer.vit.VitConfig;

/** The tasks whose reference models this project ships. */
public final class Recipes {
    /** Names of the tasks. */
    public static final List<String> NAMES =
            List.of(PointerChase.NAME, Signposts.NAME, PackageSections.NAME, FashionVitData.NAME, EmbeddingCorpus.NAME);

    private static final Map<String, String> SUBJECTS = Map.of(
            PointerChase.NAME, "tells where one gets to in a ring after some hops (generated)",
            Signposts.NAME, "tells where one gets to in a picture by following signposts (generated)",
            PackageSections.NAME, "tells the section of a Debian package by its description",
            FashionVitData.NAME, "tells the garment in a picture of Fashion-MNIST",
            EmbeddingCorpus.NAME, "embeds Debian's package descriptions, learned without labels");

    private static final String VERSION = "1.0.0";
    private static final String LICENCE = "Apache-2.0";
    private static final double DELTA = 0.05;
    /** With the bound on the error of predictors that the exits learn from as well. */
    private static final PathLosses LOSSES = PathLosses.DEFAULT.withEarly(0.05);

    private static final List<Level> CHASING_LEVELS = List.of(
            new Level("careful", 0),
            new Level("balanced", 0.002),
            new Level("economical", 0.01),
            new Level("frugal", 0.03));

    private Recipes() {}

    /** What the model of a task does, as "it ...". */
    public static String subject(String task) {
        return SUBJECTS.getOrDefault(task, task);
    }

    /**
     * What a person may choose.
     *
     * @param data folder or file with the data; {@code null} for where the task finds it by itself
     * @param encoder name of the pretrained encoder, for texts; {@code null} for the task's own
     * @param encoders folder with its jar; {@code null} for the local Maven repository
     * @param seed of split and training
     * @param epochs passes over the trunk split; 0 for the task's own number
     * @param threads that compute; no part of the result
     * @param precision of matrix products while the trunk is trained
     * @param trunk a model file or change whose weights are kept; {@code null} to train them
     */
    public record Choices(
            @Nullable Path data,
            @Nullable String encoder,
            @Nullable Path encoders,
            long seed,
            int epochs,
            int threads,
            Precision precision,
            @Nullable Path trunk) {
        /** Everything as the task has it. */
        public static Choices standard(long seed) {
            return new Choices(null, null, null, seed, 0, 2, Precision.FLOAT32, null);
        }

        private int epochs(int otherwise) {
            return epochs == 0 ? otherwise : epochs;
        }

        private Encoder encoder(String otherwise) throws IOException {
            return RebuildFile.encoder(encoder == null ? otherwise : encoder, Optional.ofNullable(encoders));
        }

        private Trunk orKept(Trunk trained, TaskData data) throws IOException {
            return trunk == null ? trained : PackagedTrunk.of(trunk, encoders, data.description());
        }
    }

    /**
     * A task by name.
     *
     * @throws IOException if its data or its encoder cannot be read; the message says where they are to be had
     * @throws IllegalArgumentException if there is no such task
     */
    public static Recipe of(String name, Choices choices) throws IOException {
        return switch (name) {
            case PointerChase.NAME -> pointerChase(PointerChase.generate(choices.seed()), choices);
            case Signposts.NAME -> signposts(Signposts.generate(choices.seed()), choices);
            case PackageSections.NAME -> packageSections(choices);
            case FashionVitData.NAME -> fashionVit(choices);
            case EmbeddingCorpus.NAME -> embedding(choices);
            default -> throw new IllegalArgumentException("there is no task '" + name + "'; known are " + NAMES);
        };
    }

    /** Pointer-chase of any size. */
    static Recipe pointerChase(TaskData data, Choices choices) throws IOException {
        TransformerConfig config =
                new TransformerConfig(6, 64, 4, 128, pointerTables(), PointerChase.NODES, choices.seed());
        return pointerChase(data, config, chasing(choices), choices);
    }

    private static GraphOptions chasing(Choices choices) {
        // Exits have to find out by themselves how far a layer can see, so they weigh as much as full depth.
        return GraphOptions.of(choices.epochs(12), 128, choices.seed())
                .withThreads(choices.threads())
                .withPrecision(choices.precision())
                .withLosses(LOSSES.withWeights(0.5, 0.5, 0.1));
    }

    static Recipe pointerChase(TaskData data, TransformerConfig config, GraphOptions options, Choices choices)
            throws IOException {
        OnnxModel model = TransformerBuilder.build(config);
        Trunk trunk = new GraphTrunkStage(model, Objective.CLASSES, null, options, StageStore.sha256(model.toBytes()));
        return new Recipe(
                new ModelWriter.Header(
                        PointerChase.NAME,
                        VERSION,
                        "A transformer of " + config.layers()
                                + " layers that follows 1 to 6 pointers round a ring of 12 nodes, with an exit after each layer",
                        LICENCE,
                        "first",
                        PointerChase.TOKENS),
                data,
                choices.orKept(trunk, data),
                ValueFeatures.NAME,
                Recipe::usualSubsets,
                Map.of(),
                null,
                CHASING_LEVELS,
                new Recipe.Promise(Risk.ACCURACY_LOSS, 0.003, DELTA));
    }

    static Stem pointerTables() {
        return new Stem.Tables(Stream.concat(
                        Stream.of(PointerChase.NODES * PointerChase.MAX_HOPS),
                        Collections.nCopies(PointerChase.NODES, PointerChase.NODES).stream())
                .toList());
    }

    private static Recipe signposts(TaskData data, Choices choices) throws IOException {
        TransformerConfig config =
                new TransformerConfig(6, 64, 4, 128, signpostTiles(), Signposts.NODES, choices.seed());
        return signposts(data, config, chasing(choices), choices);
    }

    /** Signposts of any size. */
    static Recipe signposts(TaskData data, TransformerConfig config, GraphOptions options, Choices choices)
            throws IOException {
        OnnxModel model = TransformerBuilder.build(config);
        Trunk trunk = new GraphTrunkStage(model, Objective.CLASSES, null, options, StageStore.sha256(model.toBytes()));
        return new Recipe(
                new ModelWriter.Header(
                        Signposts.NAME,
                        VERSION,
                        "A vision transformer of " + config.layers()
                                + " layers that follows 1 to 6 signposts in a picture, with an exit after each layer",
                        LICENCE,
                        "first",
                        config.tokens()),
                data,
                choices.orKept(trunk, data),
                GridFeatures.NAME,
                Recipe::usualSubsets,
                Map.of("preprocessing.json", imagePreprocessing(Signposts.INPUT)),
                null,
                CHASING_LEVELS,
                new Recipe.Promise(Risk.ACCURACY_LOSS, 0.003, DELTA));
    }

    static Stem signpostTiles() {
        PictureInput input = Signposts.INPUT;
        return new Stem.Tiles(
                input.channels(), input.height() / Signposts.TILE, input.width() / Signposts.TILE, Signposts.TILE);
    }

    /**
     * The data of a task alone.
     *
     * @param data folder or file; {@code null} for where the task finds it by itself
     * @param tokenizer of the model, for texts; {@code null} for other tasks
     * @throws IOException if the data cannot be read; the message says where it is to be had
     * @throws IllegalArgumentException if there is no such task
     */
    public static TaskData data(String name, @Nullable Path data, long seed, byte @Nullable [] tokenizer)
            throws IOException {
        return switch (name) {
            case PointerChase.NAME -> PointerChase.generate(seed);
            case Signposts.NAME -> Signposts.generate(seed);
            case PackageSections.NAME, EmbeddingCorpus.NAME -> {
                if (tokenizer == null) {
                    throw new IllegalArgumentException("the task " + name + " needs a tokenizer");
                }
                yield packages(name, data, tokenizer, seed);
            }
            case FashionVitData.NAME -> FashionVitData.of(fashionMnist(data), seed);
            default -> throw new IllegalArgumentException("there is no task '" + name + "'; known are " + NAMES);
        };
    }

    private static TaskData packages(String name, @Nullable Path given, byte[] tokenizer, long seed)
            throws IOException {
        try {
            DebianPackages packages = given == null ? DebianPackages.fromApt() : DebianPackages.fromPath(given);
            return name.equals(EmbeddingCorpus.NAME)
                    ? EmbeddingCorpus.of(packages, tokenizer, seed)
                    : PackageSections.of(packages, tokenizer, seed);
        } catch (TaskDataException e) {
            throw new IOException(e.getMessage() + " " + e.advice(), e);
        }
    }

    private static FashionMnist fashionMnist(@Nullable Path given) throws IOException {
        return FashionMnist.load(given == null ? FashionMnist.DEBIAN_FOLDER : given);
    }

    private static Recipe packageSections(Choices choices) throws IOException {
        Encoder encoder = choices.encoder("minilm-l6");
        TaskData data = packages(PackageSections.NAME, choices.data(), encoder.tokenizer(), choices.seed());
        int classes = data.description().labels().size();
        RebuildFile.Origin origin = new RebuildFile.Origin(encoder.name(), Pooling.MEAN, classes, choices.seed());
        OnnxModel model = origin.model(encoder);
        GraphOptions options = GraphOptions.fineTuning(choices.epochs(3), 32, choices.seed())
                .withThreads(choices.threads())
                .withPrecision(choices.precision())
                .withLosses(LOSSES);
        Trunk trunk = new GraphTrunkStage(
                model, Objective.CLASSES, Pooling.MEAN, options, StageStore.sha256(model.toBytes()));
        return new Recipe(
                new ModelWriter.Header(
                        PackageSections.NAME,
                        VERSION,
                        "The encoder " + encoder.name()
                                + ", fine-tuned to tell the section of a Debian package from its"
                                + " one-line description, with an exit after each layer",
                        LICENCE,
                        "mean",
                        TextInput.BERT.maxTokens()),
                data,
                choices.orKept(trunk, data),
                TokenFeatures.NAME,
                Recipe::usualSubsets,
                Map.of(
                        "preprocessing.json",
                        textPreprocessing(TextInput.BERT, model),
                        "tokenizer.json",
                        encoder.tokenizer()),
                origin,
                Level.STANDARD,
                new Recipe.Promise(Risk.ACCURACY_LOSS, 0.01, DELTA));
    }

    private static Recipe embedding(Choices choices) throws IOException {
        Encoder encoder = choices.encoder("bge-small-en");
        TaskData data = packages(EmbeddingCorpus.NAME, choices.data(), encoder.tokenizer(), choices.seed());
        OnnxModel model;
        try {
            model = SentenceEmbedding.attach(OnnxModel.read(encoder.model()), encoderPooling(encoder));
        } catch (OnnxFormatException | TaskDataException e) {
            throw new IOException(e.getMessage(), e);
        }
        return embedding(data, encoder.name(), model, encoder.tokenizer(), choices);
    }

    /** Embeddings of any encoder. */
    static Recipe embedding(TaskData data, String encoder, OnnxModel model, byte[] tokenizer, Choices choices)
            throws IOException {
        GraphOptions options = GraphOptions.fineTuning(choices.epochs(3), 32, choices.seed())
                .withLearningRates(5e-4, 2e-3)
                .withTrainable(Trainable.lowRank(16))
                .withThreads(choices.threads())
                .withPrecision(choices.precision());
        Trunk trunk = new EmbeddingTrunk(model, Pooling.MEAN, options, StageStore.sha256(model.toBytes()));
        return new Recipe(
                new ModelWriter.Header(
                        EmbeddingCorpus.NAME,
                        VERSION,
                        "Sentence embeddings like those of the encoder " + encoder + ", with an exit after each layer",
                        LICENCE,
                        "mean",
                        TextInput.BERT.maxTokens()),
                data,
                choices.orKept(trunk, data),
                TokenFeatures.NAME,
                Recipe::usualSubsets,
                Map.of("preprocessing.json", textPreprocessing(TextInput.BERT, model), "tokenizer.json", tokenizer),
                null,
                List.of(new Level("careful", 0.01), new Level("balanced", 0.05), new Level("economical", 0.1)),
                new Recipe.Promise(Risk.DISAGREEMENT, 0.1, DELTA));
    }

    /** What the makers of an encoder say makes an embedding of its states. */
    private static Pooling encoderPooling(Encoder encoder) {
        return encoder.name().startsWith("bge-") ? Pooling.FIRST : Pooling.MEAN;
    }

    private static byte[] textPreprocessing(TextInput input, OnnxModel model) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode root = mapper.createObjectNode();
        root.put("kind", "text");
        root.put("tokenizer", "tokenizer.json");
        root.put("maximumLength", input.maxTokens());
        ObjectNode inputs = root.putObject("inputs");
        inputs.put("ids", input.ids());
        input.mask().filter(name -> takes(model, name)).ifPresent(name -> inputs.put("mask", name));
        input.types().filter(name -> takes(model, name)).ifPresent(name -> inputs.put("types", name));
        return mapper.writerWithDefaultPrettyPrinter().writeValueAsBytes(root);
    }

    private static boolean takes(OnnxModel model, String name) {
        return model.inputs().stream().anyMatch(each -> each.name().equals(name));
    }

    private static Recipe fashionVit(Choices choices) throws IOException {
        if (choices.precision() != Precision.FLOAT32) {
            throw new IllegalArgumentException(FashionVitData.NAME + " has a trainer of its own, which computes in "
                    + Precision.FLOAT32 + " only, not in " + choices.precision());
        }
        FashionMnist images = fashionMnist(choices.data());
        DataSplits splits = DataSplits.of(images.train(), images.test(), choices.seed());
        TrunkOptions options = TrunkOptions.reference(
                        choices.epochs(VitReference.EPOCHS), VitReference.SECOND_EPOCHS, choices.seed())
                .withThreads(choices.threads());
        return fashionVit(FashionVitData.of(images, choices.seed()), splits, VitConfig.fashion(), options, choices);
    }

    /** Fashion-MNIST with other options. */
    static Recipe fashionVit(TaskData data, DataSplits splits, VitConfig config, TrunkOptions options, Choices choices)
            throws IOException {
        Trunk trunk = new VitTrunk(splits, config, options, "./tminus train fashion-vit --seed " + options.seed());
        return new Recipe(
                new ModelWriter.Header(
                        FashionVitData.NAME,
                        VERSION,
                        "A plain vision transformer of " + config.layers()
                                + " layers for the ten classes of Fashion-MNIST, with an exit after each layer",
                        LICENCE,
                        "first",
                        1),
                data,
                choices.orKept(trunk, data),
                ImageFeatures.NAME,
                layers -> List.of(),
                Map.of("preprocessing.json", imagePreprocessing(fashionInput(config))),
                null,
                Level.STANDARD,
                new Recipe.Promise(Risk.ACCURACY_LOSS, 0.01, DELTA));
    }

    private static PictureInput fashionInput(VitConfig config) {
        Normalisation normalisation = Normalisation.FASHION;
        return new PictureInput(
                "pixels",
                config.channels(),
                config.imageSize(),
                config.imageSize(),
                normalisation.scale(),
                List.of(normalisation.mean()),
                List.of(normalisation.deviation()),
                true);
    }

    private static byte[] imagePreprocessing(PictureInput input) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode root = mapper.createObjectNode();
        root.put("kind", "image");
        root.put("width", input.width());
        root.put("height", input.height());
        root.put("channels", input.channels());
        root.put("scale", input.scale());
        ArrayNode mean = root.putArray("mean");
        input.mean().forEach(mean::add);
        ArrayNode deviation = root.putArray("std");
        input.deviation().forEach(deviation::add);
        root.put("layout", input.channelsFirst() ? "NCHW" : "NHWC");
        root.put("input", input.name());
        return mapper.writerWithDefaultPrettyPrinter().writeValueAsBytes(root);
    }

    /** How the reference model of Fashion-MNIST is trained. */
    private static final class VitReference {
        static final int EPOCHS = 12;
        static final int SECOND_EPOCHS = 6;
    }
}
