/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.function.Consumer;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.tminus.failure.ModelFormatException;
import org.tminus.models.format.ModelPackage;

/** A model file with another description. */
final class ModelCopy {
    private ModelCopy() {}

    /** @param change of {@code model.json} */
    static Path of(Path model, Path folder, Consumer<ObjectNode> change) throws IOException, ModelFormatException {
        Path content = Files.createDirectories(folder.resolve("changed"));
        try (ZipFile zip = new ZipFile(model.toFile())) {
            for (Enumeration<? extends ZipEntry> entries = zip.entries(); entries.hasMoreElements(); ) {
                ZipEntry entry = entries.nextElement();
                Path target = content.resolve(entry.getName());
                if (entry.isDirectory()) {
                    Files.createDirectories(target);
                    continue;
                }
                Files.createDirectories(target.getParent());
                try (InputStream in = zip.getInputStream(entry)) {
                    Files.copy(in, target);
                }
            }
        }
        ObjectMapper mapper = new ObjectMapper();
        Path description = content.resolve("model.json");
        ObjectNode json = (ObjectNode) mapper.readTree(description.toFile());
        change.accept(json);
        mapper.writeValue(description.toFile(), json);
        Path file = folder.resolve("changed.tminus");
        ModelPackage.pack(content, file);
        return file;
    }
}
