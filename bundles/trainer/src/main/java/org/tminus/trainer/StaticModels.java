/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.tminus.trainer.data.DataSplits;
import org.tminus.trainer.data.Purpose;
import org.tminus.trainer.data.Split;
import org.tminus.trainer.data.SplitAccess;
import org.tminus.trainer.decide.Answers;
import org.tminus.trainer.export.ExportCheck;
import org.tminus.trainer.export.OnnxNetwork;
import org.tminus.trainer.export.VitExporter;
import org.tminus.trainer.pack.Machine;
import org.tminus.trainer.pack.ModelParts;
import org.tminus.trainer.vit.Logits;
import org.tminus.trainer.vit.Normalisation;
import org.tminus.trainer.vit.ShardGroup;
import org.tminus.trainer.vit.Teacher;
import org.tminus.trainer.vit.TrunkResult;
import org.tminus.trainer.vit.TrunkTrainer;
import org.tminus.trainer.vit.VitConfig;
import org.tminus.trainer.vit.VitParameters;

/**
 * Trains short models of their own, one per depth: what somebody would use who knew beforehand that this depth is enough. They
 * are the baseline for adaptive depth, so they get the same epochs, the same data and the same teacher.
 */
final class StaticModels {
    private static final Normalisation NORMALISATION = Normalisation.FASHION;

    private StaticModels() {}

    static void train(
            TrainingOptions options,
            SplitAccess training,
            DataSplits splits,
            TrunkResult full,
            VitParameters fullParameters,
            ProgressListener listener,
            BooleanSupplier stop)
            throws IOException {
        if (options.staticDepths().isEmpty()) {
            return;
        }
        Teacher teacher;
        try (ShardGroup group = new ShardGroup(
                fullParameters,
                NORMALISATION,
                options.trunk().shards(),
                options.trunk().threads())) {
            listener.message("asking the full model for its answers, which the static models learn from");
            teacher = Teacher.of(group, full.weights(), training.open(Split.TRUNK));
        }
        for (int depth : options.staticDepths()) {
            listener.message("training a static model of " + depth + " layers");
            VitConfig config = options.config().withLayers(depth, false);
            TrunkResult result = new TrunkTrainer(config, options.trunk(), training, NORMALISATION, teacher, listener)
                    .train(options.workFolder().resolve("static-" + depth), stop);
            if (result == null) {
                return;
            }
            write(options, splits, training, config, result, depth, fullParameters);
        }
    }

    private static void write(
            TrainingOptions options,
            DataSplits splits,
            SplitAccess training,
            VitConfig config,
            TrunkResult result,
            int depth,
            VitParameters fullParameters)
            throws IOException {
        VitParameters parameters = new VitParameters(config);
        byte[] model = new VitExporter(
                        parameters,
                        result.weights(),
                        Map.of("tminus.command", options.command(), "tminus.data.sha256", splits.dataHash()))
                .model();
        Logits trained;
        try (ShardGroup group = new ShardGroup(
                parameters,
                NORMALISATION,
                options.trunk().shards(),
                options.trunk().threads())) {
            trained = group.forward(result.weights(), training.open(Split.DECISION));
        }
        double decision;
        double test;
        try (OnnxNetwork network = new OnnxNetwork(model, null, VitExporter.INPUT, VitExporter.OUTPUT, List.of())) {
            Logits exported = network.forward(training.open(Split.DECISION), NORMALISATION, config.classes());
            ExportCheck.check(trained, exported);
            decision = Answers.of(exported, training.open(Split.DECISION)).accuracy(0);
            var testSplit = splits.accessFor(Purpose.REPORTING).open(Split.TEST);
            test = Answers.of(network.forward(testSplit, NORMALISATION, config.classes()), testSplit)
                    .accuracy(0);
        }
        Path parent = options.output().toAbsolutePath().getParent();
        Path folder = (parent == null ? Path.of("") : parent).resolve("static");
        Files.createDirectories(folder);
        String name = "fashion-vit-static-" + depth;
        Files.write(folder.resolve(name + ".onnx"), model);
        Map<String, @Nullable Object> figures = new TreeMap<>();
        figures.put("name", name);
        figures.put("layers", depth);
        figures.put("flops", ModelParts.totalFlops(model));
        figures.put("accuracyDecision", decision);
        figures.put("accuracyTest", test);
        figures.put("epoch", result.epoch());
        figures.put("command", options.command());
        figures.put("dataSha256", splits.dataHash());
        figures.put("machine", Machine.description());
        figures.put("parameters", parameters.size());
        figures.put("teacherParameters", fullParameters.size());
        new ObjectMapper()
                .writerWithDefaultPrettyPrinter()
                .writeValue(folder.resolve(name + ".json").toFile(), figures);
    }
}
