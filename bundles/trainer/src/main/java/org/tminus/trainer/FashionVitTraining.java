/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.tminus.failure.ModelFormatException;
import org.tminus.models.format.ModelPackage;
import org.tminus.trainer.data.DataSplits;
import org.tminus.trainer.data.FashionMnist;
import org.tminus.trainer.data.Purpose;
import org.tminus.trainer.data.Split;
import org.tminus.trainer.data.SplitAccess;
import org.tminus.trainer.data.SplitReader;
import org.tminus.trainer.decide.ComplexityModel;
import org.tminus.trainer.decide.Decisions;
import org.tminus.trainer.decide.ImageFeatureReader;
import org.tminus.trainer.decide.Point;
import org.tminus.trainer.decide.PredictorCheck;
import org.tminus.trainer.decide.TreeEnsembleExporter;
import org.tminus.trainer.export.ExportCheck;
import org.tminus.trainer.export.OnnxNetwork;
import org.tminus.trainer.export.VitExporter;
import org.tminus.trainer.pack.Machine;
import org.tminus.trainer.pack.ModelParts;
import org.tminus.trainer.pack.ModelWriter;
import org.tminus.trainer.vit.Logits;
import org.tminus.trainer.vit.Normalisation;
import org.tminus.trainer.vit.ShardGroup;
import org.tminus.trainer.vit.TrunkOptions;
import org.tminus.trainer.vit.TrunkResult;
import org.tminus.trainer.vit.TrunkTrainer;
import org.tminus.trainer.vit.VitConfig;
import org.tminus.trainer.vit.VitParameters;

/**
 * The whole training of the Fashion-MNIST reference model: splits, trunk, decisions, export, packing, report.
 *
 * <p>Training and choosing see the trunk and the decision split only; the test split is opened once the model file is
 * otherwise complete, to report its figures. Use one run at a time in a process.
 */
public final class FashionVitTraining {
    private static final String NAME = "fashion-vit";
    private static final String VERSION = "1.0.0";
    private static final int GOLDEN = 3;
    private static final Normalisation NORMALISATION = Normalisation.FASHION;

    private final DataSplits splits;
    private final TrainingOptions options;
    private final ProgressListener listener;

    FashionVitTraining(DataSplits splits, TrainingOptions options, ProgressListener listener) {
        this.splits = splits;
        this.options = options;
        this.listener = listener;
    }

    /** What a run made. */
    public record Report(Path model, Figures decision, Figures test) {}

    /**
     * Trains to the end.
     *
     * @throws IOException if data is missing or a file cannot be read or written; the message says which
     */
    public static Report run(TrainingOptions options, ProgressListener listener) throws IOException {
        Report report = run(options, listener, () -> false);
        if (report == null) {
            throw new IllegalStateException("stopped without being asked to");
        }
        return report;
    }

    /**
     * Trains to the end or until it is told to stop.
     *
     * @param stop asked after each step; a stopped run leaves a checkpoint in the work folder
     * @return {@code null} if it was stopped
     * @throws IOException as {@link #run(TrainingOptions, ProgressListener)}
     */
    public static @Nullable Report run(TrainingOptions options, ProgressListener listener, BooleanSupplier stop)
            throws IOException {
        FashionMnist data = FashionMnist.load(options.data());
        listener.message("splitting " + data.train().size() + " images by hash and seed");
        DataSplits splits =
                DataSplits.of(data.train(), data.test(), options.trunk().seed());
        return new FashionVitTraining(splits, options, listener).run(stop);
    }

    @Nullable
    Report run(BooleanSupplier stop) throws IOException {
        SplitAccess training = splits.accessFor(Purpose.TRAINING);
        listener.message("trunk " + splits.size(Split.TRUNK) + ", decision " + splits.size(Split.DECISION)
                + ", calibration " + splits.size(Split.CALIBRATION) + ", test " + splits.size(Split.TEST)
                + " images; left out as near-copies of test images: " + splits.leftOut());
        VitConfig config = options.config();
        VitParameters parameters = new VitParameters(config);
        TrunkResult trunk = new TrunkTrainer(config, options.trunk(), training, NORMALISATION, listener)
                .train(options.workFolder(), stop);
        if (trunk == null) {
            return null;
        }
        VitExporter exporter = new VitExporter(parameters, trunk.weights(), metadata());
        byte[] model = exporter.model();
        byte[] exits = exporter.exits();
        ModelParts parts = ModelParts.of(model, exits, config.layers());
        SplitReader decision = training.open(Split.DECISION);
        Logits logits = checkedLogits(parameters, trunk.weights(), model, exits, parts, decision);

        listener.message("choosing path menu, predictor and operating points on the decision split");
        Decisions decisions = Decisions.make(
                logits, decision, NORMALISATION, parts.flops(), options.trunk().seed());
        Path folder = freshFolder(options.workFolder().resolve("package"));
        ModelWriter writer = new ModelWriter(folder, config, parts, decisions.menu());
        writer.writeGraphs(model, exits, predictor(decisions.complexity(), decision));
        writer.writePreprocessing(NORMALISATION, FashionMnist.LABELS);
        writeGolden(writer, parameters, trunk.weights(), training);
        Map<String, Object> figures = new HashMap<>();
        describe(writer, decisions, figures);

        // From here on nothing is chosen any more; the first description is read back to measure what it says.
        Evaluator evaluator = new Evaluator(folder);
        Figures onDecision = evaluator.evaluate(decision);
        Figures onTest = evaluator.evaluate(splits.accessFor(Purpose.REPORTING).open(Split.TEST));
        figures.put("epoch", trunk.epoch());
        figures.put("parameters", parameters.size());
        figures.put("decision", summary(decisions, onDecision));
        figures.put("test", summary(null, onTest));
        describe(writer, decisions, figures);
        pack(folder, options.output());
        listener.message("wrote " + options.output());
        StaticModels.train(options, training, splits, trunk, parameters, listener, stop);
        return new Report(options.output(), onDecision, onTest);
    }

    private Map<String, String> metadata() {
        return Map.of(
                "tminus.command", options.command(),
                "tminus.data.sha256", splits.dataHash(),
                "tminus.seed", String.valueOf(options.trunk().seed()));
    }

    /** Answers of the export to the decision split, after comparing them with those of libtorch. */
    private Logits checkedLogits(
            VitParameters parameters,
            float[] weights,
            byte[] model,
            byte[] exits,
            ModelParts parts,
            SplitReader split) {
        listener.message("checking the export against libtorch");
        TrunkOptions trunk = options.trunk();
        Logits trained;
        try (ShardGroup group = new ShardGroup(parameters, NORMALISATION, trunk.shards(), trunk.threads())) {
            trained = group.forward(weights, split);
        }
        try (OnnxNetwork network =
                new OnnxNetwork(model, exits, VitExporter.INPUT, VitExporter.OUTPUT, parts.wiring())) {
            Logits exported =
                    network.forward(split, NORMALISATION, parameters.config().classes());
            ExportCheck.check(trained, exported);
            return exported;
        }
    }

    private static byte @Nullable [] predictor(@Nullable ComplexityModel complexity, SplitReader decision) {
        if (complexity == null) {
            return null;
        }
        byte[] onnx = TreeEnsembleExporter.export(complexity.ensemble(), Map.of());
        PredictorCheck.check(complexity, onnx, ImageFeatureReader.read(decision, NORMALISATION));
        return onnx;
    }

    private void writeGolden(ModelWriter writer, VitParameters parameters, float[] weights, SplitAccess training)
            throws IOException {
        SplitReader images = training.open(Split.TRUNK);
        int classes = parameters.config().classes();
        float[][] logits = new float[GOLDEN][classes];
        try (ShardGroup group = new ShardGroup(parameters, NORMALISATION, 1, 1)) {
            Logits all = group.forward(weights, images.first(GOLDEN));
            for (int row = 0; row < GOLDEN; row++) {
                for (int label = 0; label < classes; label++) {
                    logits[row][label] = all.logit(all.exits() - 1, row, label);
                }
            }
        }
        writer.writeGolden(images, GOLDEN, NORMALISATION, logits);
    }

    private void describe(ModelWriter writer, Decisions decisions, Map<String, Object> figures) throws IOException {
        ComplexityModel complexity = decisions.complexity();
        writer.writeDescription(
                NAME,
                VERSION,
                "A plain vision transformer of " + options.config().layers()
                        + " layers for the ten classes of Fashion-MNIST, with an exit after each layer",
                new ModelWriter.Choices(
                        decisions.points(),
                        decisions.defaultPoint(),
                        decisions.inputs(),
                        decisions.fullDepthAccuracy(),
                        complexity == null ? null : complexity.classes(),
                        decisions.predictorFlops()),
                new ModelWriter.Provenance(
                        options.command(),
                        "Fashion-MNIST",
                        splits.dataHash(),
                        "MIT",
                        options.trunk().seed(),
                        Machine.description(),
                        Machine.versions(),
                        figures));
    }

    private static Map<String, Object> summary(@Nullable Decisions decisions, Figures figures) {
        Map<String, Object> summary = new LinkedHashMap<>();
        summary.put("inputs", figures.inputs());
        summary.put("exitAccuracy", figures.exitAccuracy());
        summary.put("exitFlopsRatio", figures.exitFlopsRatio());
        if (decisions != null) {
            summary.put("oracleFlopsRatioStable", decisions.oracle().stable());
            summary.put("oracleFlopsRatioLucky", decisions.oracle().lucky());
            if (decisions.complexity() != null) {
                summary.put("predictorAccuracyOutOfFold", decisions.complexity().outOfFoldAccuracy());
            }
        }
        Map<String, Object> points = new LinkedHashMap<>();
        for (Point point : figures.points()) {
            points.put(point.name(), Map.of("accuracy", point.accuracy(), "flopsRatio", point.flopsRatio()));
        }
        summary.put("operatingPoints", points);
        return summary;
    }

    private static Path freshFolder(Path folder) throws IOException {
        Files.createDirectories(folder);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                Files.delete(file);
            }
        }
        return folder;
    }

    private static void pack(Path folder, Path file) throws IOException {
        try {
            ModelPackage.pack(folder, file);
        } catch (ModelFormatException e) {
            throw new IOException("the model file was refused: " + e.getMessage(), e);
        }
    }

    /** A table of figures for people. */
    public static String table(Figures figures) {
        StringBuilder text = new StringBuilder();
        text.append(String.format(
                Locale.ROOT,
                "%s split, %,d images%n  %-24s %9s %8s%n",
                figures.split(),
                figures.inputs(),
                "",
                "accuracy",
                "FLOPs"));
        IntStream.range(0, figures.exitAccuracy().size())
                .forEach(exit -> text.append(row(
                        exit == figures.exitAccuracy().size() - 1 ? "full depth" : "exit " + (exit + 1),
                        figures.exitAccuracy().get(exit),
                        figures.exitFlopsRatio().get(exit))));
        for (Point point : figures.points()) {
            text.append(row(
                    point.name() + (isLevel(point) ? " (" + point.policy() + ")" : ""),
                    point.accuracy(),
                    point.flopsRatio()));
        }
        return text.toString();
    }

    private static boolean isLevel(Point point) {
        return List.of("safe", "balanced", "lean").contains(point.name());
    }

    private static String row(String name, double accuracy, double flops) {
        return String.format(Locale.ROOT, "  %-24s %8.2f%% %7.1f%%%n", name, 100 * accuracy, 100 * flops);
    }
}
