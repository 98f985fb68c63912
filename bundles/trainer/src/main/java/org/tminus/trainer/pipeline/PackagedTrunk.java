/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
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
 * <p>The file must have been trained on the trunk split of the same data. With another seed or other data, the weights would
 * have learned from inputs that now decide, certify, or are reported on.
 *
 * @param file the model file, or the change of one
 * @param encoders folder with the jar of the encoder that a change belongs to; {@code null} for the local Maven repository
 */
public record PackagedTrunk(Path file, @Nullable Path encoders) implements Trunk {
    private static final String DESCRIPTION = "model.json";

    /**
     * A trunk for this data.
     *
     * @throws IOException if the file cannot be read
     * @throws IllegalArgumentException if it was trained on another split or other data, with what to do
     */
    static PackagedTrunk of(Path file, @Nullable Path encoders, TaskData.Description data) throws IOException {
        JsonNode provenance = new ObjectMapper().readTree(description(file)).path("provenance");
        String learned = provenance.path("data").path("sha256").asText();
        String name = provenance.path("data").path("name").asText();
        // A name may have changed while the data did not.
        if (learned.isEmpty() ? !name.equals(data.name()) : !learned.equals(data.sha256())) {
            throw new IllegalArgumentException("the weights of " + file + " were trained on other data ("
                    + said(name, learned) + ") than this (" + said(data.name(), data.sha256())
                    + "), and may have learned from inputs that would now decide or certify; give the data that they were"
                    + " trained on with --data, or train new ones without --trunk");
        }
        JsonNode seed = provenance.path("seed");
        if (!seed.isIntegralNumber() || seed.asLong() != data.seed()) {
            throw new IllegalArgumentException(
                    "the weights of " + file + " were trained with seed " + seed.asText("unknown")
                            + ", this split is that of seed " + data.seed()
                            + ", so they have learned from inputs that would now decide or certify; "
                            + (seed.isIntegralNumber() ? "give --seed " + seed.asText() + ", or " : "")
                            + "train new ones without --trunk");
        }
        return new PackagedTrunk(file, encoders);
    }

    private static byte[] description(Path file) throws IOException {
        if (isChange(file)) {
            return RebuildFile.entry(file, DESCRIPTION);
        }
        try (ModelPackage model = ModelPackage.open(file);
                InputStream description = model.read(DESCRIPTION)) {
            return description.readAllBytes();
        } catch (ModelFormatException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private static boolean isChange(Path file) {
        return file.toString().endsWith(RebuildFile.EXTENSION);
    }

    private static String said(String name, String sha256) {
        return sha256.isEmpty() ? name : name + ", SHA-256 " + sha256.substring(0, Math.min(12, sha256.length()));
    }

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
        Path rebuilt = folder.resolve("rebuilt.tminus");
        if (isChange(file)) {
            RebuildFile.rebuild(file, Optional.ofNullable(encoders), rebuilt);
        }
        Path unpacked = Files.createTempDirectory(folder, "packaged");
        try (ModelPackage model = ModelPackage.open(isChange(file) ? rebuilt : file)) {
            model.extract(unpacked);
            byte[] graph = InlinedWeights.of(OnnxModel.read(unpacked.resolve("model.onnx")));
            Path exits = unpacked.resolve("exits.onnx");
            byte[] heads = Files.exists(exits) ? Files.readAllBytes(exits) : null;
            byte[] change = isChange(file) ? RebuildFile.entry(file, RebuildFile.CHANGE) : null;
            return new Graphs(graph, heads, change, figures(unpacked.resolve(DESCRIPTION)));
        } catch (ModelFormatException | OnnxFormatException e) {
            throw new IOException(e.getMessage(), e);
        } finally {
            Folders.delete(unpacked);
            Files.deleteIfExists(rebuilt);
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
        }
        for (String origin : new String[] {"command", "machine"}) {
            if (provenance.has(origin)) {
                figures.putIfAbsent(origin, provenance.path(origin).asText());
            }
        }
        return figures;
    }
}
