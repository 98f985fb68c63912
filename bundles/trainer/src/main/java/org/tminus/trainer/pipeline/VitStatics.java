/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.pipeline;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.tminus.evaluation.Machine;
import org.tminus.learning.data.Purpose;
import org.tminus.learning.data.Split;
import org.tminus.trainer.ProgressListener;
import org.tminus.trainer.data.SplitAccess;
import org.tminus.trainer.data.SplitReader;
import org.tminus.trainer.export.ExportCheck;
import org.tminus.trainer.export.OnnxNetwork;
import org.tminus.trainer.export.VitExporter;
import org.tminus.trainer.vit.Logits;
import org.tminus.trainer.vit.Normalisation;
import org.tminus.trainer.vit.ShardGroup;
import org.tminus.trainer.vit.Teacher;
import org.tminus.trainer.vit.TrunkOptions;
import org.tminus.trainer.vit.TrunkResult;
import org.tminus.trainer.vit.TrunkTrainer;
import org.tminus.trainer.vit.VitConfig;
import org.tminus.trainer.vit.VitParameters;

/**
 * Trains short models of their own, one per depth: what somebody would use who knew beforehand that this depth is enough. They
 * are the baseline for adaptive depth, so they get the same epochs, the same data and the same teacher.
 */
public final class VitStatics {
    private static final Normalisation NORMALISATION = Normalisation.FASHION;

    private final VitTrunk trunk;
    private final Path output;
    private final String command;
    private final ProgressListener listener;

    /**
     * Prepares a training.
     *
     * @param trunk of the full model
     * @param output folder for the models
     * @param command for their descriptions
     */
    public VitStatics(VitTrunk trunk, Path output, String command, ProgressListener listener) {
        this.trunk = trunk;
        this.output = output;
        this.command = command;
        this.listener = listener;
    }

    /**
     * Trains; the full model first, if the work folder does not have it yet.
     *
     * @return {@code false} if it was stopped
     * @throws IOException if a file cannot be read or written
     */
    public boolean train(List<Integer> depths, Path work, BooleanSupplier stop) throws IOException {
        SplitAccess training = trunk.splits().accessFor(Purpose.TRAINING);
        TrunkOptions options = trunk.options();
        VitParameters parameters = new VitParameters(trunk.config());
        Path folder = Files.createDirectories(work.resolve("trunk"));
        TrunkResult full =
                new TrunkTrainer(trunk.config(), options, training, NORMALISATION, listener).train(folder, stop);
        if (full == null) {
            return false;
        }
        Teacher teacher;
        try (ShardGroup group = new ShardGroup(parameters, NORMALISATION, options.shards(), options.threads())) {
            listener.message("asking the full model for its answers, which the static models learn from");
            teacher = Teacher.of(group, full.weights(), training.open(Split.TRUNK));
        }
        Files.createDirectories(output);
        for (int depth : depths) {
            listener.message("training a static model of " + depth + " layers");
            VitConfig config = trunk.config().withLayers(depth, false);
            Path own = Files.createDirectories(work.resolve("static-" + depth));
            TrunkResult result =
                    new TrunkTrainer(config, options, training, NORMALISATION, teacher, listener).train(own, stop);
            if (result == null) {
                return false;
            }
            write(training, config, result, depth, parameters.size());
        }
        return true;
    }

    private void write(SplitAccess training, VitConfig config, TrunkResult result, int depth, int teacherParameters)
            throws IOException {
        VitParameters parameters = new VitParameters(config);
        byte[] model = new VitExporter(
                        parameters,
                        result.weights(),
                        Map.of(
                                "tminus.command",
                                command,
                                "tminus.data.sha256",
                                trunk.splits().dataHash()))
                .model();
        SplitReader decision = training.open(Split.DECISION);
        Logits trained;
        try (ShardGroup group = new ShardGroup(
                parameters,
                NORMALISATION,
                trunk.options().shards(),
                trunk.options().threads())) {
            trained = group.forward(result.weights(), decision);
        }
        try (OnnxNetwork network = new OnnxNetwork(model, null, VitExporter.INPUT, VitExporter.OUTPUT, List.of())) {
            ExportCheck.check(trained, network.forward(decision, NORMALISATION, config.classes()));
        }
        int right = 0;
        for (int row = 0; row < decision.size(); row++) {
            right += trained.answer(0, row) == decision.label(row) ? 1 : 0;
        }
        String name = "fashion-vit-static-" + depth;
        Map<String, Object> figures = new TreeMap<>();
        figures.put("name", name);
        figures.put("layers", depth);
        figures.put("flops", StaticBaselines.flops(model));
        figures.put("accuracyDecision", (double) right / decision.size());
        figures.put("epoch", result.epoch());
        figures.put("command", command);
        figures.put("dataSha256", trunk.splits().dataHash());
        figures.put("machine", Machine.description());
        figures.put("parameters", parameters.size());
        figures.put("teacherParameters", teacherParameters);
        StageStore.write(output.resolve(name + ".onnx"), model);
        StageStore.write(output.resolve(name + ".json"), Json.pretty(figures));
    }
}
