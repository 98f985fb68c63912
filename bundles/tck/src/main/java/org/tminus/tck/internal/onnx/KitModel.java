/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tck.internal.onnx;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.osgi.framework.Version;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.AdaptiveModelBuilder;
import org.tminus.model.Cost;
import org.tminus.model.ExitId;
import org.tminus.model.HiddenState;
import org.tminus.model.LayerId;
import org.tminus.model.ModelSignature;
import org.tminus.model.Path;
import org.tminus.model.SequenceAxis;
import org.tminus.model.TensorSpec;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;
import org.tminus.tensor.Tensor;

/** A model of the kit in a folder of its own, with inputs for it and the graph of any of its paths. Immutable. */
public final class KitModel {
    private static final int LAYERS = Transformer.LAYERS;
    private static final long LONGEST = 12;
    private static final String MODEL = "model.onnx";
    private static final String EXITS = "exits.onnx";

    private final String name;
    private final Transformer transformer;
    private final int obstacle;
    private final AdaptiveModel model;

    private KitModel(String name, Transformer transformer, java.nio.file.Path folder, boolean dataFile, int obstacle)
            throws IOException {
        this.name = name;
        this.transformer = transformer;
        this.obstacle = obstacle;
        this.model = make(folder, dataFile);
    }

    /** Normalisation before each half, weights in a file of their own, two outputs. */
    public static KitModel picture(java.nio.file.Path folder) throws IOException {
        return new KitModel("kit-picture", new PictureTransformer(), folder, true, -1);
    }

    /** Normalisation after each half, free length, a mask. */
    public static KitModel tokens(java.nio.file.Path folder) throws IOException {
        return new KitModel("kit-tokens", new TokenTransformer(), folder, false, -1);
    }

    /** A picture model with a layer that cannot be skipped. */
    public static KitModel withObstacle(java.nio.file.Path folder) throws IOException {
        return new KitModel("kit-obstacle", new PictureTransformer(), folder, false, 1);
    }

    /** All, each in a folder of its own. */
    public static List<KitModel> all(java.nio.file.Path folder) throws IOException {
        return List.of(
                picture(Files.createDirectories(folder.resolve("picture"))),
                tokens(Files.createDirectories(folder.resolve("tokens"))),
                withObstacle(Files.createDirectories(folder.resolve("obstacle"))));
    }

    public AdaptiveModel model() {
        return model;
    }

    @Override
    public String toString() {
        return name;
    }

    /** Whether {@link #inputs} takes a length. */
    public boolean hasSequence() {
        return transformer instanceof TokenTransformer;
    }

    /** Lengths to try; one that does not matter for models without a sequence. */
    public List<Integer> lengths() {
        return hasSequence() ? List.of(1, 5, (int) LONGEST) : List.of(0);
    }

    private AdaptiveModel make(java.nio.file.Path folder, boolean dataFile) throws IOException {
        GraphWriter main = new GraphWriter();
        String hidden =
                transformer.body(main, IntStream.range(0, LAYERS).boxed().toList());
        transformer.head(main, hidden, "tail", "");
        transformer.outputs(main, "");
        if (dataFile) {
            main.writeWithData(folder.resolve(MODEL));
        } else {
            main.write(folder.resolve(MODEL));
        }
        GraphWriter exits = new GraphWriter();
        if (hasSequence()) {
            exits.input("attention_mask", GraphWriter.INT64, "batch", "length");
        }
        for (int layer = 0; layer < LAYERS - 1; layer++) {
            String id = "exit." + layer;
            transformer.headInputs(exits, id + ".hidden");
            transformer.head(exits, id + ".hidden", id, id + ".");
            transformer.outputs(exits, id + ".");
        }
        exits.write(folder.resolve(EXITS));
        return describe(folder, dataFile);
    }

    private AdaptiveModel describe(java.nio.file.Path folder, boolean dataFile) {
        int width = Transformer.WIDTH;
        long tokens = hasSequence() ? TensorSpec.ANY : PictureTransformer.TOKENS;
        double scale = 24.0 * width * width;
        Cost layerCost = Cost.of(new double[] {scale, scale}, 48L * width * width, new double[] {width * 4.0});
        AdaptiveModelBuilder builder = new AdaptiveModelBuilder(name, new Version(1, 0, 0))
                .signature(signature())
                .stem(
                        Transformer.STEM,
                        hasSequence() ? List.of(TokenTransformer.MASK) : List.of(),
                        Cost.of(new double[] {width}, 4L * width * width, new double[] {width}))
                .hidden(new HiddenState(ElementType.FLOAT32, tokens, width, hasSequence() ? "mean" : "first"))
                .file(MODEL, folder.resolve(MODEL))
                .file(EXITS, folder.resolve(EXITS));
        if (dataFile) {
            builder.file(MODEL + ".data", folder.resolve(MODEL + ".data"));
        }
        String before = Transformer.STEM;
        for (int layer = 0; layer < LAYERS; layer++) {
            String after = Transformer.layerOutput(layer);
            Optional<String> reason = layer == obstacle ? Optional.of("A later layer needs it.") : Optional.empty();
            builder.layer(layer(layer), before, after, reason, List.of(), layerCost);
            before = after;
        }
        Cost exitCost = Cost.of(new double[] {2.0 * width * Transformer.CLASSES}, 4L * width, new double[] {width});
        for (int layer = 0; layer < LAYERS - 1; layer++) {
            String id = "exit." + layer;
            builder.exit(new ExitId(id), Optional.of(layer(layer)), EXITS, id + ".hidden", outputs(id + "."), exitCost);
        }
        builder.exit(ExitId.FINAL, Optional.of(layer(LAYERS - 1)), MODEL, before, outputs(""), exitCost);
        menu().forEach(builder::menuPath);
        return builder.build();
    }

    private ModelSignature signature() {
        List<TensorSpec> outputs = new ArrayList<>();
        outputs.add(new TensorSpec("logits", ElementType.FLOAT32, List.of(TensorSpec.ANY, (long) Transformer.CLASSES)));
        if (hasSequence()) {
            List<Long> free = List.of(TensorSpec.ANY, TensorSpec.ANY);
            return new ModelSignature(
                    List.of(
                            new TensorSpec("input_ids", ElementType.INT64, free),
                            new TensorSpec("attention_mask", ElementType.INT64, free)),
                    outputs,
                    Optional.of(new SequenceAxis("input_ids", 1, LONGEST)));
        }
        outputs.add(
                new TensorSpec("embedding", ElementType.FLOAT32, List.of(TensorSpec.ANY, (long) Transformer.WIDTH)));
        return new ModelSignature(
                List.of(new TensorSpec(
                        "pixels",
                        ElementType.FLOAT32,
                        List.of(TensorSpec.ANY, 1L, (long) PictureTransformer.TOKENS, (long)
                                PictureTransformer.PATCH))),
                outputs,
                Optional.empty());
    }

    private Map<String, String> outputs(String prefix) {
        Map<String, String> outputs = new LinkedHashMap<>();
        signature().outputs().forEach(spec -> outputs.put(spec.name(), prefix + spec.name()));
        return outputs;
    }

    private List<Path> menu() {
        List<Path> menu = new ArrayList<>();
        for (int[] layers : new int[][] {{0}, {0, 1}, {0, 2}, {0, 1, 2}, {1, 2, 3}, {0, 1, 3}, {0, 1, 2, 3}}) {
            List<Integer> taken = IntStream.of(layers).boxed().toList();
            int last = taken.get(taken.size() - 1);
            // What comes after the exit's own place is left, not skipped.
            if (obstacle < 0 || taken.contains(obstacle) || last < obstacle) {
                menu.add(path(taken, last));
            }
        }
        return menu;
    }

    private static Path path(List<Integer> layers, int exit) {
        return new Path(layers.stream().map(KitModel::layer).toList(), exit(exit));
    }

    static LayerId layer(int index) {
        return new LayerId("layer." + index);
    }

    private static ExitId exit(int index) {
        return index == LAYERS - 1 ? ExitId.FINAL : new ExitId("exit." + index);
    }

    /** The names of the outputs. */
    public Set<String> outputNames() {
        Set<String> names = new HashSet<>();
        model.signature().outputs().forEach(spec -> names.add(spec.name()));
        return names;
    }

    /** Random inputs. The first token of every row is never masked. */
    public Map<String, Tensor> inputs(int rows, int length, long seed) {
        Random random = new Random(seed);
        Map<String, Tensor> inputs = new HashMap<>();
        if (!hasSequence()) {
            float[] values = new float[rows * PictureTransformer.TOKENS * PictureTransformer.PATCH];
            for (int index = 0; index < values.length; index++) {
                values[index] = (float) random.nextGaussian();
            }
            Shape shape = Shape.of(rows, 1, PictureTransformer.TOKENS, PictureTransformer.PATCH);
            inputs.put("pixels", HostTensor.ofFloats(shape, values));
            return inputs;
        }
        long[] ids = new long[rows * length];
        long[] mask = new long[rows * length];
        for (int index = 0; index < ids.length; index++) {
            ids[index] = random.nextInt(TokenTransformer.VOCABULARY);
            mask[index] = index % length == 0 || random.nextInt(3) > 0 ? 1 : 0;
        }
        Shape shape = Shape.of(rows, length);
        inputs.put("input_ids", HostTensor.ofLongs(shape, ids));
        inputs.put("attention_mask", HostTensor.ofLongs(shape, mask));
        return inputs;
    }

    /** Writes the graph of a path as a whole, written anew and not cut out of the model. */
    void writePath(Path path, java.nio.file.Path file) throws IOException {
        GraphWriter graph = new GraphWriter();
        String hidden = transformer.body(graph, indices(path.layers()));
        String part = path.exit().equals(ExitId.FINAL) ? "tail" : path.exit().value();
        transformer.head(graph, hidden, part, "");
        transformer.outputs(graph, "");
        graph.write(file);
    }

    /** Writes the graph that ends with the hidden state after these layers, and returns that value's name. */
    String writeHidden(List<LayerId> layers, java.nio.file.Path file) throws IOException {
        GraphWriter graph = new GraphWriter();
        String hidden = transformer.body(graph, indices(layers));
        Object tokens = hasSequence() ? "length" : PictureTransformer.TOKENS;
        graph.output(hidden, GraphWriter.FLOAT, "batch", tokens, Transformer.WIDTH);
        graph.write(file);
        return hidden;
    }

    private List<Integer> indices(List<LayerId> layers) {
        return layers.stream().map(id -> model.layer(id).orElseThrow().index()).toList();
    }

    /** The same description over other files. */
    public AdaptiveModel withFiles(Map<String, java.nio.file.Path> files) {
        AdaptiveModelBuilder builder = new AdaptiveModelBuilder(name + "-damaged", model.version())
                .signature(model.signature())
                .stem(
                        model.stem().output(),
                        model.stem().sideValues(),
                        model.stem().cost())
                .hidden(model.hidden());
        files.forEach(builder::file);
        model.layers()
                .forEach(layer -> builder.layer(
                        layer.id(), layer.input(), layer.output(), layer.obstacle(), layer.blocks(), layer.cost()));
        model.exits()
                .forEach(exit ->
                        builder.exit(exit.id(), exit.after(), exit.file(), exit.input(), exit.outputs(), exit.cost()));
        model.menu().forEach(builder::menuPath);
        return builder.build();
    }
}
