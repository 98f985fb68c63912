/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm.load;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.tminus.demo.data.InputTensors;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.Exit;
import org.tminus.model.ExitId;
import org.tminus.model.Layer;
import org.tminus.model.LayerId;
import org.tminus.model.Path;
import org.tminus.onnx.OnnxFormatException;
import org.tminus.onnx.OnnxModel;
import org.tminus.onnx.PathGraphs;
import org.tminus.onnx.PathSpec;
import org.tminus.onnx.PathSpec.ExitSpec;
import org.tminus.onnx.PathSpec.LayerSpec;
import org.tminus.onnxruntime.OnnxRuntime;

/** Runs paths on ONNX Runtime without the platform, each input alone: full depth from the model's own file, the others composed. */
public final class PlainRuns implements ReferenceAnswers {
    private static final String MODEL = "model.onnx";
    private static final String DATA = "model.onnx.data";
    private static final String EXITS = "exits.onnx";

    private final OnnxRuntime runtime;
    private final InputTensors inputs;
    private final java.nio.file.Path folder;
    private final String output;
    private final EnumMap<Weights, Model> models = new EnumMap<>(Weights.class);
    private final Map<Key, float[][]> answers = new ConcurrentHashMap<>();

    private record Key(Weights weights, Path path) {}

    private record Model(AdaptiveModel description, java.nio.file.Path folder) {}

    /** @param folder where composed graphs are written */
    public PlainRuns(OnnxRuntime runtime, InputTensors inputs, String output, java.nio.file.Path folder) {
        this.runtime = runtime;
        this.inputs = inputs;
        this.output = output;
        this.folder = folder;
    }

    /**
     * Runs every path of the menu for all inputs.
     *
     * @param files where the entries of the model file lie
     */
    public void add(Weights weights, AdaptiveModel model, java.nio.file.Path files)
            throws IOException, OrtException, OnnxFormatException {
        models.put(weights, new Model(model, files));
        for (Path path : model.menu()) {
            answers.put(new Key(weights, path), run(weights, path));
        }
    }

    @Override
    public float @Nullable [] known(Weights weights, int input, Path path) {
        float[][] known = answers.get(new Key(weights, path));
        return known == null ? null : known[input];
    }

    @Override
    public synchronized float[] computed(Weights weights, int input, Path path)
            throws IOException, OrtException, OnnxFormatException {
        Key key = new Key(weights, path);
        float[][] known = answers.get(key);
        if (known == null) {
            known = run(weights, path);
            answers.put(key, known);
        }
        return known[input];
    }

    private float[][] run(Weights weights, Path path) throws IOException, OrtException, OnnxFormatException {
        Model model = models.get(weights);
        if (model == null) {
            throw new IOException("There is nothing to compare an answer of a model with weights " + weights + " with");
        }
        java.nio.file.Path file = path.equals(model.description().fullDepth())
                ? model.folder().resolve(MODEL)
                : compose(weights, model, path);
        float[][] rows = new float[inputs.count()][];
        try (OrtSession.SessionOptions options = runtime.newSessionOptions();
                OrtSession session = runtime.environment().createSession(file.toString(), options)) {
            for (int input = 0; input < rows.length; input++) {
                rows[input] = run(session, input);
            }
        }
        return rows;
    }

    private float[] run(OrtSession session, int input) throws OrtException, IOException {
        try (OnnxTensor tensor = OnnxTensor.createTensor(
                        runtime.environment(),
                        inputs.floats(input),
                        inputs.rowShape().toArray());
                OrtSession.Result result = session.run(Map.of(inputs.name(), tensor))) {
            Optional<ai.onnxruntime.OnnxValue> value = result.get(output);
            if (value.isEmpty() || !(value.get() instanceof OnnxTensor answer)) {
                throw new IOException("The model has no tensor '" + output + "'");
            }
            FloatBuffer values = answer.getFloatBuffer();
            float[] row = new float[values.remaining()];
            values.get(row);
            return row;
        }
    }

    private java.nio.file.Path compose(Weights weights, Model model, Path path)
            throws IOException, OnnxFormatException {
        java.nio.file.Path exits = model.folder().resolve(EXITS);
        PathGraphs graphs = PathGraphs.of(
                OnnxModel.read(model.folder().resolve(MODEL)), Files.exists(exits) ? OnnxModel.read(exits) : null);
        java.nio.file.Path target = folder.resolve(weights.name());
        Files.createDirectories(target);
        // A composed graph names its weights as the model does, relative to its own folder.
        if (Files.exists(model.folder().resolve(DATA)) && !Files.exists(target.resolve(DATA))) {
            Files.copy(model.folder().resolve(DATA), target.resolve(DATA));
        }
        java.nio.file.Path file = target.resolve("path-" + answers.size() + ".onnx");
        Files.write(
                file, graphs.compose(specification(model.description(), path)).toBytes());
        return file;
    }

    private static PathSpec specification(AdaptiveModel model, Path path) throws IOException {
        List<LayerSpec> layers = new ArrayList<>();
        for (LayerId id : path.layers()) {
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
}
