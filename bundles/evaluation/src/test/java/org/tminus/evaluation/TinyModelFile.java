/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.tminus.failure.ModelFormatException;
import org.tminus.learning.policy.Loop;
import org.tminus.learning.policy.LstmPolicy;
import org.tminus.learning.policy.LstmShape;
import org.tminus.learning.policy.PolicyOnnx;
import org.tminus.models.format.ModelPackage;
import org.tminus.onnx.GraphAnalysis;
import org.tminus.onnx.OnnxFormatException;
import org.tminus.onnx.OnnxModel;

/** The tiny encoder as a model file, with untrained policies of both loops, a certificate and curves of a training. */
public final class TinyModelFile {
    private TinyModelFile() {}

    public static Path write(Path folder) throws IOException, OnnxFormatException, ModelFormatException {
        Path content = Files.createDirectories(folder.resolve("content"));
        byte[] model = TinyEncoder.model(3, 1);
        Files.write(content.resolve("model.onnx"), model);
        Files.write(content.resolve("exits.onnx"), TinyEncoder.exits(4));
        Files.write(content.resolve("policy-open.onnx"), policy(Loop.OPEN, 1));
        Files.write(content.resolve("policy-closed.onnx"), policy(Loop.CLOSED, 2));
        Files.write(
                content.resolve("model.json"),
                description(GraphAnalysis.analyze(OnnxModel.read(model))).getBytes(StandardCharsets.UTF_8));
        Path file = folder.resolve("tiny.tminus");
        ModelPackage.pack(content, file);
        return file;
    }

    private static byte[] policy(Loop loop, long seed) {
        LstmShape shape = new LstmShape(TinyEncoder.LAYERS, 0, 8, loop);
        Random random = new Random(seed);
        LstmPolicy policy = LstmPolicy.of(
                shape,
                weights(random, shape.features() * 4 * shape.hidden()),
                weights(random, shape.hidden() * 4 * shape.hidden()),
                weights(random, 4 * shape.hidden()),
                weights(random, shape.hidden() * shape.actions()),
                weights(random, shape.actions()));
        return PolicyOnnx.toBytes(policy, Map.of());
    }

    private static float[] weights(Random random, int count) {
        float[] weights = new float[count];
        for (int i = 0; i < count; i++) {
            weights[i] = (float) random.nextGaussian();
        }
        return weights;
    }

    private static String description(GraphAnalysis analysis) {
        GraphAnalysis.Stem stem = analysis.stem().orElseThrow();
        StringBuilder layers = new StringBuilder();
        for (GraphAnalysis.Layer layer : analysis.layers()) {
            layers.append(layers.length() == 0 ? "" : ",")
                    .append("{\"id\": \"" + layer.id() + "\", \"input\": \"" + layer.input() + "\", \"output\": \""
                            + layer.output() + "\", \"skippable\": true, \"blocks\": [], \"cost\": "
                            + cost(layer.cost()) + "}");
        }
        String cheap = "{\"flops\": [100, 10], \"weightBytes\": 100, \"activationBytes\": [100]}";
        StringBuilder sides = new StringBuilder();
        stem.sideValues()
                .forEach(side -> sides.append(sides.length() == 0 ? "" : ",").append("\"" + side + "\""));
        return """
                {"schemaVersion": 1, "name": "tiny", "version": "1.0.0", "description": "a test", "licence": "Apache-2.0",
                 "signature": {"inputs": [{"name": "input_ids", "type": "int64", "shape": ["batch", "seq"]},
                   {"name": "attention_mask", "type": "int64", "shape": ["batch", "seq"]}],
                   "outputs": [{"name": "logits", "type": "float32", "shape": ["batch", 3]}],
                   "sequence": {"input": "input_ids", "dimension": 1, "maximum": 64}},
                 "stem": {"output": "%s", "sideValues": [%s], "cost": %s},
                 "hidden": {"type": "float32", "shape": ["batch", "seq", 8], "pooling": "first"},
                 "layers": [%s],
                 "exits": [
                   {"id": "exit.1", "after": "layer.0", "file": "exits.onnx", "input": "exit.1.hidden",
                    "outputs": {"logits": "exit.1.logits"}, "cost": %s},
                   {"id": "exit.3", "after": "layer.2", "file": "exits.onnx", "input": "exit.3.hidden",
                    "outputs": {"logits": "exit.3.logits"}, "cost": %s},
                   {"id": "final", "after": "layer.3", "file": "model.onnx", "input": "%s",
                    "outputs": {"logits": "logits"}, "cost": %s}],
                 "menu": [{"layers": ["layer.0"], "exit": "exit.1"},
                   {"layers": ["layer.0", "layer.2"], "exit": "exit.3"},
                   {"layers": ["layer.0", "layer.1", "layer.2"], "exit": "exit.3"},
                   {"layers": ["layer.0", "layer.1", "layer.2", "layer.3"], "exit": "final"}],
                 "policies": [
                   {"policy": "lstm-ppo-open", "file": "policy-open.onnx", "loop": "open", "complexityClasses": 0, "hidden": 8},
                   {"policy": "lstm-ppo-closed", "file": "policy-closed.onnx", "loop": "closed", "complexityClasses": 0,
                    "hidden": 8}],
                 "operatingPoints": [
                   {"name": "lstm-ppo-open-half", "policy": "lstm-ppo-open", "parameters": {"budget": 0.5}, "split": "decision",
                    "flopsRatio": 0.6, "accuracy": 0.3, "fullDepthAccuracy": 0.3, "inputs": 100},
                   {"name": "half", "policy": "lstm-ppo-closed", "parameters": {"budget": 0.5}, "split": "decision",
                    "flopsRatio": 0.7, "accuracy": 0.3, "fullDepthAccuracy": 0.3, "inputs": 100}],
                 "defaultOperatingPoint": "half",
                 "certificate": {"risk": "disagreement", "epsilon": 0.4, "delta": 0.05, "inputs": 200,
                   "operatingPoints": ["lstm-ppo-open-half"], "hashes": {}, "numericClass": "fp32", "tolerance": 0.001},
                 "files": {},
                 "provenance": {"command": "none", "data": {"name": "sentences", "sha256": "other", "licence": "none"},
                   "seed": 9, "machine": "none", "versions": {}, "figures": {"ppo": {"seeds": 3, "rewardMean": 0.5,
                     "rewardSpread": 0.01, "optimumGap": 0.02,
                     "open": {"bestSeed": 2, "runs": [{"seed": 1, "findings": ["BUDGET_IGNORED: spends: 0.4"]},
                       {"seed": 2, "findings": []}]},
                     "closed": {"bestSeed": 2, "runs": [{"seed": 2, "findings": ["ONE_PATH: always: the first"]}]},
                     "curves": [{"name": "closed, seed 1", "steps": [0, 10],
                     "reward": [0.1, 0.5], "kl": [0.01, 0.02], "entropy": [1.0, 0.4]}]}}}}
                """
                .formatted(
                        stem.output(),
                        sides,
                        cost(stem.cost()),
                        layers,
                        cheap,
                        cheap,
                        analysis.tail().orElseThrow().input(),
                        cheap);
    }

    private static String cost(org.tminus.onnx.Cost cost) {
        return "{\"flops\": " + cost.flops().coefficients() + ", \"weightBytes\": " + cost.weightBytes()
                + ", \"activationBytes\": " + cost.activationBytes().coefficients() + "}";
    }
}
