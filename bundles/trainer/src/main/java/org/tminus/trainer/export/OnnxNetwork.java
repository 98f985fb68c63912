/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.export;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.google.protobuf.InvalidProtocolBufferException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tminus.onnxruntime.OnnxRuntime;
import org.tminus.onnxruntime.OnnxRuntimes;
import org.tminus.trainer.data.SplitReader;
import org.tminus.trainer.vit.Logits;
import org.tminus.trainer.vit.Normalisation;

/**
 * An exported image model with its exits on ONNX Runtime: what it answers at every depth. Owns two sessions; used by one
 * thread.
 */
public final class OnnxNetwork implements AutoCloseable {
    private static final int BATCH = 100;
    /** Where a model that is read from bytes finds its external weights. */
    private static final String WEIGHTS_FOLDER = "session.model_external_initializers_file_folder_path";

    private final OrtEnvironment environment;
    private final OrtSession model;
    private final @Nullable OrtSession exits;
    private final String input;
    private final String output;
    private final List<ExitWiring> wiring;

    /**
     * How an exit is connected.
     *
     * @param hidden value of the model's graph that the exit reads
     * @param input name of that value in the exits' graph
     * @param output the exit's logits
     */
    public record ExitWiring(String hidden, String input, String output) {}

    /**
     * Loads a model.
     *
     * @param input the model's input, [batch, 1, height, width]
     * @param output the model's output, [batch, classes]
     * @param exits the exits' graph; {@code null} if the model has none
     * @param wiring the exits, in order of depth
     * @throws IllegalStateException if ONNX Runtime refuses a file
     */
    public OnnxNetwork(byte[] model, byte @Nullable [] exits, String input, String output, List<ExitWiring> wiring) {
        this(model, exits, null, input, output, wiring);
    }

    /**
     * Loads a model whose weights may lie in a file of their own.
     *
     * @param exits the exits' graph; {@code null} if the model has none
     * @param weightsFolder folder of the files of weights; {@code null} if the weights are in the model
     * @param input the model's input, [batch, 1, height, width]
     * @param output the model's output, [batch, classes]
     * @param wiring the exits, in order of depth
     * @throws IllegalStateException if ONNX Runtime refuses a file
     */
    public OnnxNetwork(
            byte[] model,
            byte @Nullable [] exits,
            @Nullable Path weightsFolder,
            String input,
            String output,
            List<ExitWiring> wiring) {
        this.input = input;
        this.output = output;
        this.wiring = List.copyOf(wiring);
        OnnxRuntime runtime = OnnxRuntimes.standalone();
        environment = runtime.environment();
        try (OrtSession.SessionOptions options = runtime.newSessionOptions()) {
            if (weightsFolder != null) {
                options.addConfigEntry(WEIGHTS_FOLDER, weightsFolder.toString());
            }
            this.model = environment.createSession(exposing(model), options);
            this.exits = exits == null ? null : environment.createSession(exits, options);
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime refuses the model: " + e.getMessage(), e);
        }
    }

    /** The same graph with the values between layers as further outputs. */
    private byte[] exposing(byte[] bytes) {
        try {
            ModelProto.Builder builder = ModelProto.parseFrom(bytes).toBuilder();
            GraphProto.Builder graph = builder.getGraphBuilder();
            for (ExitWiring exit : wiring) {
                graph.addOutput(ValueInfoProto.newBuilder().setName(exit.hidden()));
            }
            return builder.build().toByteArray();
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("the model is no ONNX file", e);
        }
    }

    /** Answers of every exit and, last, of full depth to all rows of a split. */
    public Logits forward(SplitReader split, Normalisation normalisation, int classes) {
        float[] table = normalisation.table();
        int area = split.width() * split.height();
        float[][] all = new float[wiring.size() + 1][split.size() * classes];
        byte[] image = new byte[area];
        for (int first = 0; first < split.size(); first += BATCH) {
            int rows = Math.min(BATCH, split.size() - first);
            float[] pixels = new float[rows * area];
            for (int k = 0; k < rows; k++) {
                split.copyPixels(first + k, image, 0);
                for (int i = 0; i < area; i++) {
                    pixels[k * area + i] = table[image[i] & 0xff];
                }
            }
            long[] shape = {rows, 1, split.height(), split.width()};
            try (OnnxTensor tensor = OnnxTensor.createTensor(environment, FloatBuffer.wrap(pixels), shape);
                    OrtSession.Result hidden = model.run(Map.of(input, tensor))) {
                copy(hidden, output, all[wiring.size()], first * classes);
                if (exits != null) {
                    runExits(exits, hidden, all, first * classes);
                }
            } catch (OrtException e) {
                throw new IllegalStateException("ONNX Runtime failed: " + e.getMessage(), e);
            }
        }
        return new Logits(classes, all);
    }

    private void runExits(OrtSession heads, OrtSession.Result hidden, float[][] all, int offset) throws OrtException {
        Map<String, OnnxTensorLike> inputs = new LinkedHashMap<>();
        for (ExitWiring exit : wiring) {
            inputs.put(exit.input(), tensor(hidden, exit.hidden()));
        }
        Set<String> names = heads.getOutputNames();
        try (OrtSession.Result result = heads.run(inputs, names)) {
            for (int i = 0; i < wiring.size(); i++) {
                copy(result, wiring.get(i).output(), all[i], offset);
            }
        }
    }

    private static OnnxTensor tensor(OrtSession.Result result, String name) {
        return (OnnxTensor) result.get(name).orElseThrow(() -> new IllegalStateException("no output " + name));
    }

    private static void copy(OrtSession.Result result, String name, float[] target, int offset) {
        FloatBuffer buffer = tensor(result, name).getFloatBuffer();
        buffer.get(target, offset, buffer.remaining());
    }

    @Override
    public void close() {
        try {
            model.close();
            if (exits != null) {
                exits.close();
            }
        } catch (OrtException e) {
            throw new IllegalStateException("cannot close a session: " + e.getMessage(), e);
        }
    }
}
