/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.models.internal;

import java.io.File;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Version;

/** Which file in a watched folder brought which model; kept over restarts. Not thread-safe. */
final class DeployedFiles {
    /** A model by name and version. */
    record Deployed(String name, Version version) {
        @Override
        public String toString() {
            return name + "/" + version;
        }

        static Deployed parse(String text) {
            int slash = text.lastIndexOf('/');
            if (slash < 0) {
                throw new IllegalArgumentException("'" + text + "' is no name and version");
            }
            return new Deployed(text.substring(0, slash), Version.parseVersion(text.substring(slash + 1)));
        }
    }

    private final Path record;
    private final Map<String, Deployed> files = new TreeMap<>();

    DeployedFiles(Path record) throws IOException {
        this.record = record;
        if (!Files.exists(record)) {
            return;
        }
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(record)) {
            properties.load(reader);
            for (String file : properties.stringPropertyNames()) {
                files.put(file, Deployed.parse(properties.getProperty(file)));
            }
        } catch (IllegalArgumentException e) {
            throw new IOException("The record of deployed models " + record + " is damaged; remove it", e);
        }
    }

    Map<String, Deployed> all() {
        return Map.copyOf(files);
    }

    /** What the file brought before, if anything. */
    @Nullable
    Deployed put(File file, Deployed model) throws IOException {
        Deployed before = files.put(file.getAbsolutePath(), model);
        save();
        return before;
    }

    @Nullable
    Deployed remove(File file) throws IOException {
        Deployed before = files.remove(file.getAbsolutePath());
        save();
        return before;
    }

    private void save() throws IOException {
        Properties properties = new Properties();
        files.forEach((file, model) -> properties.setProperty(file, model.toString()));
        Path part = record.resolveSibling(record.getFileName() + ".part");
        try (Writer writer = Files.newBufferedWriter(part)) {
            properties.store(writer, null);
        }
        Files.move(part, record, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
