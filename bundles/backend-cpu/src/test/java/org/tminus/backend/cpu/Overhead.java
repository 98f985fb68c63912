/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.backend.cpu;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Map;
import org.tminus.backend.BackendSession;
import org.tminus.model.AdaptiveModel;
import org.tminus.tensor.Tensor;

/**
 * Measures what the backend adds to the library: the same model and input, plain, compiled and as a chain, turn by turn.
 * Run by hand: the figures are of the machine and of what else runs on it. Arguments: rounds, layers, tokens, width.
 */
final class Overhead {
    private interface Action {
        void run() throws Exception;
    }

    private Overhead() {}

    public static void main(String[] arguments) throws Exception {
        int rounds = argument(arguments, 0, 2000);
        java.nio.file.Path folder = Files.createTempDirectory("tminus-overhead");
        TestModels.Options options = TestModels.Options.small()
                .sized(argument(arguments, 1, 8), argument(arguments, 2, 50), argument(arguments, 3, 96));
        AdaptiveModel model = TestModels.vision(folder, options);
        Map<String, Tensor> inputs = TestModels.inputs(model, 1, 1);
        OrtEnvironment environment = Fixture.RUNTIME.environment();
        try (OrtSession.SessionOptions sessionOptions = Fixture.RUNTIME.newSessionOptions();
                OrtSession plain =
                        environment.createSession(folder.resolve("model.onnx").toString(), sessionOptions);
                BackendSession compiled = Fixture.backend().open(model);
                BackendSession chain = Fixture.backend().open(model)) {
            compiled.prepare(model.fullDepth());
            String[] names = {"plain", "compiled", "chain"};
            Action[] actions = {
                () -> plainRun(environment, plain, inputs),
                () -> Fixture.run(compiled, model.fullDepth(), inputs).buffer().getFloat(0),
                () -> Fixture.run(chain, model.fullDepth(), inputs).buffer().getFloat(0)
            };
            double[][] micros = new double[actions.length][rounds];
            for (int round = -rounds / 2; round < rounds; round++) {
                for (int action = 0; action < actions.length; action++) {
                    long begin = System.nanoTime();
                    actions[action].run();
                    if (round >= 0) {
                        micros[action][round] = (System.nanoTime() - begin) / 1e3;
                    }
                }
            }
            for (int action = 0; action < actions.length; action++) {
                Arrays.sort(micros[action]);
                System.out.printf(
                        "%-9s p10 %8.1f us, p50 %8.1f us, p90 %8.1f us%n",
                        names[action],
                        micros[action][rounds / 10],
                        micros[action][rounds / 2],
                        micros[action][rounds * 9 / 10]);
            }
        }
        try (var files = Files.list(folder)) {
            for (java.nio.file.Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }

    private static int argument(String[] arguments, int index, int fallback) {
        return index < arguments.length ? Integer.parseInt(arguments[index]) : fallback;
    }

    private static void plainRun(OrtEnvironment environment, OrtSession session, Map<String, Tensor> inputs)
            throws Exception {
        Tensor pixels = inputs.get("pixels");
        FloatBuffer data = pixels.buffer().asFloatBuffer();
        try (OnnxTensor input = OnnxTensor.createTensor(
                        environment, data, pixels.shape().toArray());
                OrtSession.Result result = session.run(Map.of("pixels", input))) {
            ((OnnxTensor) result.get(0)).getFloatBuffer().get(0);
        }
    }
}
