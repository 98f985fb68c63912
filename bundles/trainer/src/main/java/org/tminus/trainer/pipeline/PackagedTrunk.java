/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.tminus.failure.ModelFormatException;
import org.tminus.learning.data.TaskData;
import org.tminus.models.format.ModelPackage;
import org.tminus.onnx.OnnxFormatException;
import org.tminus.onnx.OnnxModel;
import org.tminus.trainer.ProgressListener;
import org.tminus.trainer.pack.InlinedWeights;

/**
 * The trunk of a model file that exists: its weights stay, everything that is decided is decided anew.
 *
 * @param file the model file
 */
public record PackagedTrunk(Path file) implements Trunk {
    @Override
    public String fingerprint() {
        try {
            return "packaged " + StageStore.sha256(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    @Override
    public Graphs train(TaskData.Access data, Path folder, BooleanSupplier stop, ProgressListener listener)
            throws IOException {
        Path unpacked = Files.createTempDirectory(folder, "packaged");
        try (ModelPackage model = ModelPackage.open(file)) {
            model.extract(unpacked);
            byte[] graph = InlinedWeights.of(OnnxModel.read(unpacked.resolve("model.onnx")));
            Path exits = unpacked.resolve("exits.onnx");
            byte[] heads = Files.exists(exits) ? Files.readAllBytes(exits) : null;
            return new Graphs(graph, heads, null, figures(unpacked.resolve("model.json")));
        } catch (ModelFormatException | OnnxFormatException e) {
            throw new IOException(e.getMessage(), e);
        } finally {
            Folders.delete(unpacked);
        }
    }

    /** What its provenance says of the weights. */
    private static Map<String, Object> figures(Path description) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        JsonNode provenance = mapper.readTree(description.toFile()).path("provenance");
        Map<String, Object> figures = new HashMap<>();
        JsonNode trunk = provenance.path("figures").path("trunk");
        if (trunk.isObject()) {
            trunk.properties().forEach(each -> figures.put(each.getKey(), each.getValue()));
        } else {
            for (String name : new String[] {"epoch", "parameters"}) {
                if (provenance.path("figures").has(name)) {
                    figures.put(name, provenance.path("figures").get(name));
                }
            }
            figures.put("command", provenance.path("command").asText());
        }
        return figures;
    }
}
