/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.cli.container;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * What a model file says that it is.
 *
 * @param name of the model
 * @param version of the model
 */
public record ModelName(String name, String version) {
    private static final int LARGEST_DESCRIPTION = 16 << 20;

    /** @throws IOException if the file is no model */
    public static ModelName of(Path modelFile) throws IOException {
        try (ZipFile zip = new ZipFile(modelFile.toFile())) {
            ZipEntry entry = zip.getEntry("model.json");
            if (entry == null) {
                throw new IOException(modelFile + " is not a model: it has no model.json");
            }
            try (InputStream in = zip.getInputStream(entry)) {
                JsonNode description = new ObjectMapper().readTree(in.readNBytes(LARGEST_DESCRIPTION));
                if (!description.path("name").isTextual()) {
                    throw new IOException(modelFile + " is not a model: its model.json has no name");
                }
                return new ModelName(
                        description.path("name").asText(),
                        description.path("version").asText());
            }
        } catch (ZipException e) {
            throw new IOException(modelFile + " is not a model: " + e.getMessage(), e);
        } catch (JsonProcessingException e) {
            throw new IOException(
                    modelFile + " is not a model: its model.json is broken, " + e.getOriginalMessage(), e);
        }
    }
}
