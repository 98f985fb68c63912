/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.demo.container;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tminus.demo.report.RowPlan.Part;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.Exit;
import org.tminus.model.ExitId;
import org.tminus.model.Layer;
import org.tminus.onnx.OnnxFormatException;
import org.tminus.onnx.OnnxModel;
import org.tminus.onnx.PathGraphs;
import org.tminus.onnx.PathSpec;
import org.tminus.onnx.PathSpec.ExitSpec;
import org.tminus.onnx.PathSpec.LayerSpec;

/** The paths of a model's menu as ONNX files of their own, written when they are needed. */
final class OwnPaths {
    private static final String MODEL = "model.onnx";
    private static final String WEIGHTS = "model.onnx.data";
    private static final String EXITS = "exits.onnx";

    private final AdaptiveModel model;
    private final Path folder;
    private final Map<Part, org.tminus.model.Path> paths = new LinkedHashMap<>();

    /** @param folder where the files go */
    OwnPaths(AdaptiveModel model, Path folder) {
        this.model = model;
        this.folder = folder;
        for (org.tminus.model.Path path : model.menu()) {
            if (!path.equals(model.fullDepth())) {
                String name = path.exit() + " after " + path.depth() + (path.depth() == 1 ? " layer" : " layers");
                Path file = folder.resolve("path-" + paths.size() + ".onnx");
                paths.put(new Part(name, file.toString(), model.cost(path).flops(0), 0), path);
            }
        }
    }

    /** One for each path of the menu, without full depth; their files are not there yet. */
    List<Part> candidates() {
        return new ArrayList<>(paths.keySet());
    }

    /**
     * The same part, once its file is there; others than those of {@link #candidates()} come back as they are.
     *
     * @throws IOException if the file cannot be written, or the model's files are missing
     * @throws OnnxFormatException if the path cannot be composed
     */
    Part written(Part part) throws IOException, OnnxFormatException {
        org.tminus.model.Path path = paths.get(new Part(part.name(), part.file(), part.flops(), 0));
        Path file = Path.of(part.file());
        if (path == null || Files.exists(file)) {
            return part;
        }
        Files.createDirectories(folder);
        Optional<Path> exits = model.file(EXITS);
        PathGraphs graphs =
                PathGraphs.of(OnnxModel.read(file(MODEL)), exits.isPresent() ? OnnxModel.read(exits.get()) : null);
        Optional<Path> weights = model.file(WEIGHTS);
        // A composed graph names its weights as the model does, relative to its own folder.
        if (weights.isPresent() && !Files.exists(folder.resolve(WEIGHTS))) {
            Files.copy(weights.get(), folder.resolve(WEIGHTS));
        }
        Files.write(file, graphs.compose(specification(path)).toBytes());
        return part;
    }

    private PathSpec specification(org.tminus.model.Path path) throws IOException {
        List<LayerSpec> layers = new ArrayList<>();
        for (var id : path.layers()) {
            Layer layer = model.layer(id).orElseThrow(() -> new IOException("The model has no layer " + id));
            layers.add(new LayerSpec(id.value(), layer.input(), layer.output()));
        }
        Exit exit = model.exit(path.exit()).orElseThrow(() -> new IOException("The model has no exit " + path.exit()));
        return new PathSpec(
                model.stem().output(),
                model.stem().sideValues(),
                layers,
                new ExitSpec(exit.id().value(), exit.id().equals(ExitId.FINAL), exit.input(), exit.outputs()));
    }

    private Path file(String entry) throws IOException {
        return model.file(entry).orElseThrow(() -> new IOException("The model has no file " + entry));
    }
}
