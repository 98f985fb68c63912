/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.models;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Random;
import java.util.function.Consumer;
import org.tminus.failure.ModelFormatException;
import org.tminus.models.format.ModelPackage;

/** A small but complete model, as a folder or a file; its graphs are random bytes, since nothing here runs them. */
public final class SampleModel {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String COST = "{\"flops\": [100], \"weightBytes\": 40, \"activationBytes\": [16]}";
    private static final String DESCRIPTION =
            """
            {
              "schemaVersion": 1,
              "name": "NAME",
              "version": "VERSION",
              "description": "A model for tests",
              "licence": "Apache-2.0",
              "signature": {
                "inputs":  [{"name": "pixels", "type": "float32", "shape": ["batch", 1, 2, 2]}],
                "outputs": [{"name": "logits", "type": "float32", "shape": ["batch", 3]}]
              },
              "stem": {"output": "h0", "sideValues": ["mask"], "cost": COST},
              "hidden": {"type": "float32", "shape": ["batch", 5, 4], "pooling": "mean"},
              "layers": [
                {"id": "layer.0", "input": "h0", "output": "h1", "skippable": true, "cost": COST,
                 "blocks": [{"id": "layer.0.block.0", "input": "h0", "output": "h1", "skippable": true}]},
                {"id": "layer.1", "input": "h1", "output": "h2", "skippable": false, "obstacle": "It feeds another.", "cost": COST}],
              "exits": [
                {"id": "exit.1", "after": "layer.0", "file": "exits.onnx", "input": "exit.1.hidden", "outputs": {"logits": "exit.1.logits"}, "cost": COST},
                {"id": "final", "after": "layer.1", "file": "model.onnx", "input": "h2", "outputs": {"logits": "logits"}, "cost": COST}],
              "menu": [{"layers": ["layer.0"], "exit": "exit.1"}, {"layers": ["layer.0", "layer.1"], "exit": "final"}],
              "predictor": {"file": "predictor.onnx", "features": "image-v1", "classes": [0, 1], "flopsPerRow": 50},
              "policies": [
                {"policy": "lstm-ppo-open", "file": "policy-open.onnx", "loop": "open", "complexityClasses": 2, "hidden": 8},
                {"policy": "lstm-ppo-closed", "file": "policy-closed.onnx", "loop": "closed", "complexityClasses": 2, "hidden": 16}],
              "operatingPoints": [{"name": "balanced", "policy": "budget", "parameters": {"threshold": 0.5, "steps": 3, "soft": true, "list": [1, 2.5]},
                "split": "decision", "flopsRatio": 0.7, "accuracy": 0.9, "fullDepthAccuracy": null, "inputs": 600}],
              "defaultOperatingPoint": "balanced",
              "certificate": {"risk": "disagreement", "epsilon": 0.01, "delta": 0.05, "inputs": 1000, "operatingPoints": ["balanced"],
                "hashes": {}, "numericClass": "fp32", "tolerance": 0.0001, "disagreementLimits": {"balanced": 0.01}},
              "provenance": {"seed": 1}
            }
            """;

    private final String name;
    private final String version;
    private long weightsSeed = 1;
    private int weightBytes = 5000;
    private Consumer<ObjectNode> change = node -> {};

    private SampleModel(String name, String version) {
        this.name = name;
        this.version = version;
    }

    public static SampleModel of(String name, String version) {
        return new SampleModel(name, version);
    }

    /** Models with the same seed have the same weights. */
    public SampleModel weights(long seed, int bytes) {
        weightsSeed = seed;
        weightBytes = bytes;
        return this;
    }

    public SampleModel change(Consumer<ObjectNode> value) {
        change = value;
        return this;
    }

    public Path folder(Path folder) throws IOException {
        Files.createDirectories(folder);
        String text = DESCRIPTION.replace("COST", COST).replace("NAME", name).replace("VERSION", version);
        ObjectNode description = (ObjectNode) MAPPER.readTree(text);
        change.accept(description);
        Files.write(folder.resolve("model.json"), MAPPER.writeValueAsBytes(description));
        Files.write(folder.resolve("model.onnx"), random(7, 300));
        Files.write(folder.resolve("model.onnx.data"), random(weightsSeed, weightBytes));
        Files.write(folder.resolve("exits.onnx"), random(8, 200));
        Files.write(folder.resolve("predictor.onnx"), random(9, 100));
        Files.write(folder.resolve("policy-open.onnx"), random(10, 90));
        Files.write(folder.resolve("policy-closed.onnx"), random(11, 80));
        write(folder, "labels.json", "{\"labels\": [\"cat\", \"dog\", \"other\"]}");
        write(folder, "preprocessing.json", preprocessing());
        write(folder, "golden.json", golden(0.5f));
        return folder;
    }

    public Path file(Path file) throws IOException, ModelFormatException {
        Path parent = file.toAbsolutePath().getParent();
        Path folder = folder(Files.createTempDirectory(parent, "sample"));
        ModelPackage.pack(folder, file);
        return file;
    }

    /** Bytes 0, 128, 255 and 51 become -1, ~0, 1 and -0.6. */
    public static String preprocessing() {
        return "{\"kind\": \"image\", \"width\": 2, \"height\": 2, \"channels\": 1, \"scale\": 0.00392156862745098, "
                + "\"mean\": [0.5], \"std\": [0.5], \"layout\": \"NCHW\", \"input\": \"pixels\"}";
    }

    /** The image's bytes are 0, 255, 51, 255, and its tensor -1, 1, -0.6, 1 when {@code half} is 0.5. */
    public static String golden(float half) {
        String pixels = Base64.getEncoder().encodeToString(new byte[] {0, (byte) 255, 51, (byte) 255});
        return "{\"vectors\": [{\"image\": {\"width\": 2, \"height\": 2, \"channels\": 1, \"pixels\": \"" + pixels
                + "\"}, \"inputs\": {\"pixels\": {\"shape\": [1, 1, 2, 2], \"base64\": \""
                + floats(-half / 0.5f, half / 0.5f, -0.6f, 1)
                + "\"}}, \"outputs\": {\"logits\": {\"shape\": [1, 3], \"base64\": \""
                + floats(0, 1, 2) + "\"}}, \"tolerance\": 1e-4}]}";
    }

    public static String floats(float... values) {
        ByteBuffer buffer = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            buffer.putFloat(value);
        }
        return Base64.getEncoder().encodeToString(buffer.array());
    }

    public static byte[] random(long seed, int bytes) {
        byte[] content = new byte[bytes];
        new Random(seed).nextBytes(content);
        return content;
    }

    public static JsonNode json(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (IOException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static void write(Path folder, String file, String text) throws IOException {
        Files.write(folder.resolve(file), text.getBytes(StandardCharsets.UTF_8));
    }
}
