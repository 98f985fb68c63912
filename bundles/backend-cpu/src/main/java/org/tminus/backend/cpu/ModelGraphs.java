/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.backend.cpu;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tminus.failure.BackendException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.Exit;
import org.tminus.model.Layer;
import org.tminus.model.LayerId;
import org.tminus.onnx.ExternalWeight;
import org.tminus.onnx.OnnxFormatException;
import org.tminus.onnx.OnnxModel;
import org.tminus.onnx.PathGraphs;
import org.tminus.onnx.PathSpec;
import org.tminus.onnx.PathSpec.ExitSpec;
import org.tminus.onnx.PathSpec.LayerSpec;
import org.tminus.onnx.Precision;
import org.tminus.onnx.SegmentGraph;

/** Cuts and composes the graphs of one model, as its description says. Thread-safe. */
final class ModelGraphs {
    private static final String MODEL = "model.onnx";
    private static final String EXITS = "exits.onnx";

    private interface Cut {
        SegmentGraph make() throws OnnxFormatException;
    }

    private final AdaptiveModel model;
    private final Path modelFile;
    private final OnnxModel main;
    private final PathGraphs graphs;
    private final Precision precision;

    private ModelGraphs(AdaptiveModel model, Path modelFile, OnnxModel main, PathGraphs graphs) {
        this.model = model;
        this.modelFile = modelFile;
        this.main = main;
        this.graphs = graphs;
        this.precision = graphs.precision();
    }

    /** @throws BackendException if the model's graphs are missing or damaged */
    static ModelGraphs read(AdaptiveModel model) throws BackendException {
        Path modelFile = model.file(MODEL)
                .map(Path::toAbsolutePath)
                .orElseThrow(() -> new BackendException(
                        "Model " + model.name() + " has no file " + MODEL + ".", "Install the model again."));
        try {
            OnnxModel main = OnnxModel.read(modelFile);
            Optional<Path> exitsFile = model.file(EXITS);
            @Nullable OnnxModel exits = exitsFile.isPresent() ? OnnxModel.read(exitsFile.get()) : null;
            return new ModelGraphs(model, modelFile, main, PathGraphs.of(main, exits));
        } catch (OnnxFormatException e) {
            throw unusable(model, "its graphs", e);
        }
    }

    private static BackendException unusable(AdaptiveModel model, String what, OnnxFormatException cause) {
        return new BackendException(
                "Model " + model.name() + " " + model.version() + ": " + what + " cannot be used: "
                        + cause.getMessage(),
                cause.advice(),
                cause);
    }

    Path modelFile() {
        return modelFile;
    }

    /** Where the model's files lie. */
    Path folder() {
        return requireNonNull(modelFile.getParent());
    }

    /** The weights that lie in files of their own. */
    List<ExternalWeight> externalWeights() {
        return main.externalWeights();
    }

    /** The model's own file as it is. */
    byte[] modelBytes() {
        return main.toBytes();
    }

    /** Which numbers the model and its exits hold. */
    Precision precision() {
        return precision;
    }

    SegmentGraph stem() throws BackendException {
        return cut(
                "the stem",
                () -> graphs.stem(model.stem().output(), model.stem().sideValues()));
    }

    SegmentGraph layer(Layer layer) throws BackendException {
        return cut(
                "layer " + layer.id(),
                () -> graphs.layer(spec(layer), model.stem().sideValues()));
    }

    SegmentGraph stretch(Stretch stretch) throws BackendException {
        Layer first = stretch.first();
        Layer last = stretch.last();
        Exit exit = stretch.exit();
        return cut(
                stretch.toString(),
                () -> graphs.stretch(
                        stretch.withStem() ? model.stem().output() : null,
                        model.stem().sideValues(),
                        new LayerSpec(first.id() + "-" + last.id(), first.input(), last.output()),
                        exit == null ? null : spec(exit)));
    }

    SegmentGraph exit(Exit exit) throws BackendException {
        String state = exit.after()
                .flatMap(model::layer)
                .map(Layer::output)
                .orElse(model.stem().output());
        return cut(
                "exit " + exit.id(),
                () -> graphs.exit(spec(exit), state, model.stem().sideValues()));
    }

    SegmentGraph path(org.tminus.model.Path path) throws BackendException {
        List<LayerSpec> layers = path.layers().stream().map(this::spec).toList();
        Exit exit = model.exit(path.exit()).orElseThrow();
        return cut(
                "path " + path,
                () -> graphs.compose(
                        new PathSpec(model.stem().output(), model.stem().sideValues(), layers, spec(exit))));
    }

    /** Whether the model's own file, as it is, answers this path under the names of the model's outputs. */
    boolean isWholeFile(org.tminus.model.Path path) {
        Map<String, String> outputs = model.exit(path.exit()).orElseThrow().outputs();
        return path.equals(model.fullDepth())
                && outputs.entrySet().stream().allMatch(entry -> entry.getKey().equals(entry.getValue()));
    }

    private SegmentGraph cut(String what, Cut cut) throws BackendException {
        try {
            return cut.make();
        } catch (OnnxFormatException e) {
            throw unusable(model, what, e);
        }
    }

    private LayerSpec spec(LayerId id) {
        return spec(model.layer(id).orElseThrow());
    }

    private static LayerSpec spec(Layer layer) {
        return new LayerSpec(layer.id().value(), layer.input(), layer.output());
    }

    private static ExitSpec spec(Exit exit) {
        return new ExitSpec(exit.id().value(), exit.file().equals(MODEL), exit.input(), exit.outputs());
    }
}
