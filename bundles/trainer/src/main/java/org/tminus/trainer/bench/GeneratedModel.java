/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.tminus.evaluation.Machine;
import org.tminus.failure.ModelFormatException;
import org.tminus.learning.data.Examples;
import org.tminus.learning.outcome.MenuPath;
import org.tminus.learning.outcome.PathCosts;
import org.tminus.models.format.ModelPackage;
import org.tminus.onnx.OnnxFormatException;
import org.tminus.onnx.OnnxModel;
import org.tminus.tasks.Encoder;
import org.tminus.tasks.TaskDataException;
import org.tminus.trainer.decide.Point;
import org.tminus.trainer.export.VitExporter;
import org.tminus.trainer.graph.ExitHeads;
import org.tminus.trainer.graph.Pooling;
import org.tminus.trainer.graph.SentenceEmbedding;
import org.tminus.trainer.pack.Libraries;
import org.tminus.trainer.pack.ModelGraphs;
import org.tminus.trainer.pack.ModelWriter;
import org.tminus.trainer.pipeline.Folders;
import org.tminus.trainer.vit.VitConfig;
import org.tminus.trainer.vit.VitParameters;

/**
 * A model whose speed is of interest though nobody trained it: its exits, and of a vision transformer all else as well, have random
 * weights. Every depth is on its menu, and its operating point answers at half depth, whatever the input.
 */
public enum GeneratedModel {
    /** In the shape of ViT-Small/16: pictures of 224 pixels, 197 tokens of width 384, 12 layers, 1000 classes. */
    VIT_SMALL("vit-small") {
        @Override
        ModelGraphs graphs() {
            VitParameters parameters = new VitParameters(new VitConfig(PIXELS, 3, 16, 12, 384, 6, 1536, 1000, true));
            VitExporter exporter = new VitExporter(parameters, parameters.initialise(SEED), Map.of());
            return ModelGraphs.of(exporter.model(), exporter.exits());
        }

        @Override
        public Examples examples() {
            return RandomExamples.pictures(VitExporter.INPUT, 3, PIXELS, SEED);
        }
    },
    /** The text encoder bge-small-en as it is published, from its Maven artifact: 12 layers of width 384, texts of 64 tokens. */
    BGE_SMALL_EN("bge-small-en") {
        @Override
        ModelGraphs graphs() throws IOException {
            try {
                OnnxModel encoder = OnnxModel.read(
                        Encoder.named("bge-small-en", Optional.empty()).model());
                OnnxModel model = SentenceEmbedding.attach(encoder, Pooling.FIRST);
                return ModelGraphs.of(model, ExitHeads.fresh(model, SEED));
            } catch (TaskDataException e) {
                throw new IOException(e.getMessage() + " " + e.advice(), e);
            } catch (OnnxFormatException e) {
                throw new IOException(e.getMessage(), e);
            }
        }

        @Override
        public Examples examples() {
            return RandomExamples.texts(TOKENS, VOCABULARY, SEED);
        }
    };

    private static final long SEED = 1;
    private static final int PIXELS = 224;
    private static final int TOKENS = 64;
    private static final int VOCABULARY = 30_522;
    private static final String POLICY = "fixed";
    private static final String POINT = "half";

    private final String id;

    GeneratedModel(String id) {
        this.id = id;
    }

    /** As people name it. */
    public String id() {
        return id;
    }

    /** The one of a name. */
    public static Optional<GeneratedModel> named(String name) {
        return List.of(values()).stream().filter(model -> model.id.equals(name)).findFirst();
    }

    abstract ModelGraphs graphs() throws IOException;

    /** Inputs that mean nothing. */
    public abstract Examples examples();

    /**
     * Makes the model.
     *
     * @param folder where the file comes to lie, with others that are needed for a while
     * @throws IOException if it cannot be written, or the encoder is not there; the message says where it is to be had
     */
    public Path write(Path folder) throws IOException {
        ModelGraphs graphs = graphs();
        Path parts = Folders.fresh(folder.resolve(id));
        Path file = folder.resolve(id + ModelPackage.EXTENSION);
        ModelWriter writer = new ModelWriter(
                parts,
                graphs,
                new ModelWriter.Header(
                        id, "1.0.0", "For the benchmark; its answers mean nothing", "Apache-2.0", "first", 512));
        writer.writeGraphs();
        List<MenuPath> menu = new ArrayList<>(IntStream.rangeClosed(1, graphs.layers())
                .mapToObj(MenuPath::prefix)
                .toList());
        PathCosts costs = graphs.parts().costs();
        int length = examples().length(0);
        int half = graphs.layers() / 2 - 1;
        Point point = new Point(
                POINT,
                POLICY,
                Map.of("menuIndex", half),
                costs.path(menu.get(half), length) / costs.path(menu.get(menu.size() - 1), length),
                Double.NaN);
        writer.writeDescription(
                new ModelWriter.Decided(menu, null, List.of(), List.of(point), POINT, 0, Double.NaN),
                null,
                new ModelWriter.Provenance(
                        "./tminus bench " + id,
                        "none",
                        "",
                        "none",
                        SEED,
                        Machine.description(),
                        Libraries.versions(),
                        Map.of()));
        try {
            ModelPackage.pack(parts, file);
        } catch (ModelFormatException e) {
            throw new IOException(e.getMessage(), e);
        }
        Folders.delete(parts);
        return file;
    }
}
