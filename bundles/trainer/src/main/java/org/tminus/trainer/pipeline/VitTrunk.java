/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.pipeline;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.tminus.learning.data.Purpose;
import org.tminus.learning.data.Split;
import org.tminus.learning.data.TaskData;
import org.tminus.trainer.ProgressListener;
import org.tminus.trainer.data.DataSplits;
import org.tminus.trainer.data.SplitAccess;
import org.tminus.trainer.export.ExportCheck;
import org.tminus.trainer.export.OnnxNetwork;
import org.tminus.trainer.export.VitExporter;
import org.tminus.trainer.pack.ModelGraphs;
import org.tminus.trainer.vit.Logits;
import org.tminus.trainer.vit.Normalisation;
import org.tminus.trainer.vit.ShardGroup;
import org.tminus.trainer.vit.TrunkOptions;
import org.tminus.trainer.vit.TrunkResult;
import org.tminus.trainer.vit.TrunkTrainer;
import org.tminus.trainer.vit.VitConfig;
import org.tminus.trainer.vit.VitParameters;

/**
 * Trains the vision transformer of Fashion-MNIST with the code that was written for it.
 *
 * @param splits of the same seed as the task's data
 * @param command for the metadata of the graphs
 */
public record VitTrunk(DataSplits splits, VitConfig config, TrunkOptions options, String command) implements Trunk {
    private static final Normalisation NORMALISATION = Normalisation.FASHION;

    @Override
    public String fingerprint() {
        // Threads do not change the result.
        return "vit " + config + " " + options.withThreads(1);
    }

    @Override
    public @Nullable Graphs train(TaskData.Access data, Path folder, BooleanSupplier stop, ProgressListener listener)
            throws IOException {
        SplitAccess training = splits.accessFor(Purpose.TRAINING);
        VitParameters parameters = new VitParameters(config);
        TrunkResult trunk = new TrunkTrainer(config, options, training, NORMALISATION, listener).train(folder, stop);
        if (trunk == null) {
            return null;
        }
        VitExporter exporter = new VitExporter(
                parameters,
                trunk.weights(),
                Map.of(
                        "tminus.command", command,
                        "tminus.data.sha256", splits.dataHash(),
                        "tminus.seed", String.valueOf(options.seed())));
        byte[] model = exporter.model();
        byte[] exits = exporter.exits();
        listener.message("checking the export against libtorch");
        check(parameters, trunk.weights(), model, exits, training);
        Map<String, Object> figures = new TreeMap<>();
        figures.put("epoch", trunk.epoch());
        figures.put("parameters", parameters.size());
        return new Graphs(model, exits, null, figures);
    }

    private void check(VitParameters parameters, float[] weights, byte[] model, byte[] exits, SplitAccess training) {
        ModelGraphs graphs = ModelGraphs.of(model, exits);
        if (graphs.layers() != config.layers()) {
            throw new IllegalStateException("the analysis of the exported model finds " + graphs.layers()
                    + " layers instead of " + config.layers());
        }
        Logits trained;
        try (ShardGroup group = new ShardGroup(parameters, NORMALISATION, options.shards(), options.threads())) {
            trained = group.forward(weights, training.open(Split.DECISION));
        }
        try (OnnxNetwork network =
                new OnnxNetwork(model, exits, VitExporter.INPUT, VitExporter.OUTPUT, graphs.wiring())) {
            ExportCheck.check(trained, network.forward(training.open(Split.DECISION), NORMALISATION, config.classes()));
        }
    }
}
