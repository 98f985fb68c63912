/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.integration;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.osgi.framework.Version;
import org.tminus.failure.TminusException;
import org.tminus.inference.InferenceRequest;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.RawInput;
import org.tminus.models.format.ModelPackage;
import org.tminus.tensor.Tensor;

/** The model of this repository, and inputs for it. */
final class ReferenceModel {
    static final String NAME = "fashion-vit";

    private ReferenceModel() {}

    /** The file in the repository. */
    static Path file() {
        return Path.of(requireNonNull(System.getProperty("tminus.models"))).resolve(NAME + ".tminus");
    }

    /** Images of seeded noise, darker and brighter ones, brought to the model's inputs. */
    static Map<String, Tensor> inputs(AdaptiveModel model, int rows, long seed) throws TminusException {
        Random random = new Random(seed);
        List<RawInput> images = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            byte[] pixels = new byte[28 * 28];
            random.nextBytes(pixels);
            int shade = 1 + random.nextInt(4);
            for (int index = 0; index < pixels.length; index++) {
                pixels[index] = (byte) ((pixels[index] & 0xff) / shade);
            }
            images.add(RawInput.image(28, 28, 1, pixels));
        }
        return model.preprocessing().orElseThrow().apply(images);
    }

    static InferenceRequest.Builder request(AdaptiveModel model, int rows, long seed) throws TminusException {
        return InferenceRequest.builder(NAME).inputs(inputs(model, rows, seed));
    }

    /** The reference model under another version. */
    static Path withVersion(Version version) throws Exception {
        Path folder = Files.createTempDirectory("tminus model");
        try {
            try (ModelPackage opened = ModelPackage.open(file())) {
                opened.extract(folder);
            }
            Path description = folder.resolve("model.json");
            String json = Files.readString(description, StandardCharsets.UTF_8);
            String changed = json.replaceFirst("\"version\"\\s*:\\s*\"[^\"]+\"", "\"version\": \"" + version + "\"");
            assertThat(changed).isNotEqualTo(json);
            Files.writeString(description, changed, StandardCharsets.UTF_8);
            Path file = Files.createTempFile("update", ".tminus");
            ModelPackage.pack(folder, file);
            return file;
        } finally {
            deleteTree(folder);
        }
    }

    private static void deleteTree(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(file);
            }
        }
    }
}
