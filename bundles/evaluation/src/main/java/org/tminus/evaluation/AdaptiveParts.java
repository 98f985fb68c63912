/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.tminus.learning.outcome.MenuPath;
import org.tminus.learning.outcome.PathCosts;
import org.tminus.learning.outcome.PathTrie;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.Cost;
import org.tminus.model.Exit;
import org.tminus.model.ExitId;
import org.tminus.model.Layer;
import org.tminus.model.LayerId;
import org.tminus.onnx.GraphAnalysis;
import org.tminus.onnx.OnnxFormatException;
import org.tminus.onnx.OnnxModel;
import org.tminus.onnx.PathSpec.ExitSpec;
import org.tminus.onnx.PathSpec.LayerSpec;
import org.tminus.onnx.Polynomial;

/**
 * The graphs of an adaptive model and where to cut them. Exits are numbered like the layers that they follow. Immutable;
 * holds no native memory.
 */
public final class AdaptiveParts {
    private static final String MODEL = "model.onnx";
    private static final String EXITS = "exits.onnx";

    private final OnnxModel model;
    private final @Nullable OnnxModel exitsFile;
    private final String stemOutput;
    private final List<String> sideValues;
    private final List<LayerSpec> layers;
    private final Map<Integer, ExitSpec> exits;
    private final String output;
    private final PathCosts costs;

    private AdaptiveParts(
            OnnxModel model,
            @Nullable OnnxModel exitsFile,
            String stemOutput,
            List<String> sideValues,
            List<LayerSpec> layers,
            Map<Integer, ExitSpec> exits,
            String output,
            PathCosts costs) {
        this.model = model;
        this.exitsFile = exitsFile;
        this.stemOutput = stemOutput;
        this.sideValues = List.copyOf(sideValues);
        this.layers = List.copyOf(layers);
        this.exits = new TreeMap<>(exits);
        this.output = output;
        this.costs = costs;
    }

    /**
     * The parts of a model in training: layers as the analysis found them, and the exits that were trained.
     *
     * @param model read with the folder of its external data, if it has any
     * @param exitsFile the graph of the exit heads; null if there are none
     * @param analysis of the same model
     * @param heads exits of {@code exitsFile} by the number of the layer that they follow; the model's own end is added
     *     after the last layer
     * @throws EvaluationException if the model has no layers
     * @throws OnnxFormatException if a head is not in its file
     */
    public static AdaptiveParts of(
            OnnxModel model, @Nullable OnnxModel exitsFile, GraphAnalysis analysis, Map<Integer, ExitSpec> heads)
            throws EvaluationException, OnnxFormatException {
        GraphAnalysis.Stem stem = analysis.stem()
                .orElseThrow(() -> new EvaluationException(
                        analysis.obstacle().orElse("The model has no layers."), "Use a model whose layers repeat."));
        GraphAnalysis.Tail tail = analysis.tail().orElseThrow();
        Map<String, String> own = new LinkedHashMap<>();
        tail.outputs().forEach(name -> own.put(name, name));
        Map<Integer, ExitSpec> exits = new HashMap<>(heads);
        int last = analysis.layers().size() - 1;
        exits.put(last, new ExitSpec(ExitId.FINAL.value(), true, tail.input(), own));
        Map<Integer, Polynomial> exitCosts = new HashMap<>();
        for (Map.Entry<Integer, ExitSpec> entry : exits.entrySet()) {
            ExitSpec exit = entry.getValue();
            if (exit.ofModel()) {
                exitCosts.put(entry.getKey(), tail.cost().flops());
            } else if (exitsFile == null) {
                throw new EvaluationException(
                        "The exit " + exit.id() + " has no file.", "Give the graph of the exits with them.");
            } else {
                List<String> given = new ArrayList<>();
                given.add(exit.input());
                stem.sideValues().stream()
                        .filter(name -> isInput(exitsFile, name))
                        .forEach(given::add);
                exitCosts.put(
                        entry.getKey(),
                        GraphAnalysis.cost(
                                        exitsFile,
                                        given,
                                        List.copyOf(exit.outputs().values()))
                                .flops());
            }
        }
        PathCosts costs = new PolynomialCosts(
                stem.cost().flops(),
                analysis.layers().stream().map(layer -> layer.cost().flops()).toList(),
                exitCosts,
                0);
        return new AdaptiveParts(
                model,
                exitsFile,
                stem.output(),
                stem.sideValues(),
                analysis.layers().stream()
                        .map(layer -> new LayerSpec(layer.id(), layer.input(), layer.output()))
                        .toList(),
                exits,
                tail.outputs().get(0),
                costs);
    }

    private static boolean isInput(OnnxModel file, String name) {
        return file.inputs().stream().anyMatch(input -> input.name().equals(name));
    }

    /**
     * The parts of a model file.
     *
     * @param model with its files on disk, as {@code ModelPackage.extract} gives it; they stay in use
     * @throws EvaluationException if it was not extracted
     * @throws OnnxFormatException if a graph cannot be read
     */
    public static AdaptiveParts of(AdaptiveModel model) throws EvaluationException, OnnxFormatException {
        Path file = model.file(MODEL)
                .orElseThrow(() -> new EvaluationException(
                        "The model " + model.name() + " has no " + MODEL + " on disk.",
                        "Extract the model file first."));
        Path heads = model.file(EXITS).orElse(null);
        Map<LayerId, Integer> numbers = new HashMap<>();
        List<LayerSpec> layers = new ArrayList<>();
        for (Layer layer : model.layers()) {
            numbers.put(layer.id(), layers.size());
            layers.add(new LayerSpec(layer.id().value(), layer.input(), layer.output()));
        }
        Map<Integer, ExitSpec> exits = new HashMap<>();
        Map<Integer, Cost> exitCosts = new HashMap<>();
        for (Exit exit : model.exits()) {
            Integer after = exit.after().map(numbers::get).orElse(null);
            if (after != null) {
                boolean own = exit.file().equals(MODEL);
                exits.put(after, new ExitSpec(exit.id().value(), own, exit.input(), exit.outputs()));
                exitCosts.put(after, exit.cost());
            }
        }
        return new AdaptiveParts(
                OnnxModel.read(file),
                heads == null ? null : OnnxModel.read(heads),
                model.stem().output(),
                model.stem().sideValues(),
                layers,
                exits,
                model.signature().outputs().get(0).name(),
                new ModelCosts(
                        model.stem().cost(),
                        model.layers().stream().map(Layer::cost).toList(),
                        exitCosts,
                        model.predictor().map(each -> each.flopsPerRow()).orElse(0L)));
    }

    /** The costs that a model file states. */
    private record ModelCosts(Cost stemCost, List<Cost> layers, Map<Integer, Cost> exits, double predictorFlops)
            implements PathCosts {
        @Override
        public double stem(int length) {
            return stemCost.flops(length);
        }

        @Override
        public double layer(int layer, int length) {
            return layers.get(layer).flops(length);
        }

        @Override
        public double exit(int exit, int length) {
            return exits.getOrDefault(exit, Cost.ZERO).flops(length);
        }

        @Override
        public double predictor(int length) {
            return predictorFlops;
        }
    }

    /**
     * The menu of a model file by numbers.
     *
     * @throws EvaluationException if a path runs no layer, or ends at an exit of another layer than its last
     */
    public static PathTrie menu(AdaptiveModel model) throws EvaluationException {
        Map<LayerId, Integer> numbers = new HashMap<>();
        model.layers().forEach(layer -> numbers.put(layer.id(), numbers.size()));
        List<MenuPath> menu = new ArrayList<>();
        for (org.tminus.model.Path path : model.menu()) {
            List<Integer> layers = new ArrayList<>();
            for (LayerId id : path.layers()) {
                Integer number = numbers.get(id);
                if (number == null) {
                    throw new EvaluationException(
                            "The path " + path + " names the unknown layer " + id + ".", "Make the model file again.");
                }
                layers.add(number);
            }
            Integer exit = model.exit(path.exit())
                    .flatMap(Exit::after)
                    .map(numbers::get)
                    .orElse(-1);
            if (layers.isEmpty() || !exit.equals(layers.get(layers.size() - 1))) {
                throw new EvaluationException(
                        "The path " + path + " does not end at the exit of its last layer.",
                        "Evaluate a model whose paths do.");
            }
            menu.add(new MenuPath(layers, exit));
        }
        return PathTrie.of(menu, model.layers().size());
    }

    /** Counted from the shapes of the graphs. */
    public PathCosts costs() {
        return costs;
    }

    /** How many layers there are. */
    public int layerCount() {
        return layers.size();
    }

    /** Whether an exit follows a layer. */
    public boolean hasExit(int layer) {
        return exits.containsKey(layer);
    }

    OnnxModel model() {
        return model;
    }

    @Nullable
    OnnxModel exitsFile() {
        return exitsFile;
    }

    String stemOutput() {
        return stemOutput;
    }

    List<String> sideValues() {
        return sideValues;
    }

    List<LayerSpec> layers() {
        return layers;
    }

    ExitSpec exit(int layer) {
        ExitSpec exit = exits.get(layer);
        if (exit == null) {
            throw new IllegalArgumentException("No exit follows layer " + layer);
        }
        return exit;
    }

    /** The model's first output, which answers. */
    String output() {
        return output;
    }
}
