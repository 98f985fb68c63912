/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.models.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.osgi.framework.Constants;
import org.osgi.framework.Version;
import org.tminus.models.internal.archive.EntryNames;

/** Wraps the stored files of a model into a bundle that has nothing else but a manifest of our own. */
final class ModelBundleWriter {
    private static final LocalDateTime TIME = LocalDateTime.of(1980, 2, 1, 0, 0);

    private ModelBundleWriter() {}

    /** @param files where each entry of the model lies */
    static void write(String name, Version version, Map<String, Path> files, OutputStream target) throws IOException {
        try (ZipOutputStream jar = new ZipOutputStream(target)) {
            // Weights hardly shrink, and the framework reads them once at most.
            jar.setLevel(Deflater.NO_COMPRESSION);
            putEntry(jar, JarFile.MANIFEST_NAME);
            manifest(name, version).write(jar);
            jar.closeEntry();
            for (String entry : EntryNames.ALL) {
                Path file = files.get(entry);
                if (file != null) {
                    putEntry(jar, entry);
                    try (InputStream content = Files.newInputStream(file)) {
                        content.transferTo(jar);
                    }
                    jar.closeEntry();
                }
            }
        }
    }

    private static void putEntry(ZipOutputStream jar, String name) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        entry.setTimeLocal(TIME);
        jar.putNextEntry(entry);
    }

    private static Manifest manifest(String name, Version version) {
        Manifest manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.putValue(Constants.BUNDLE_MANIFESTVERSION, "2");
        main.putValue(Constants.BUNDLE_SYMBOLICNAME, ModelBundles.symbolicNameHeader(name));
        main.putValue(Constants.BUNDLE_VERSION, version.toString());
        main.putValue(Constants.BUNDLE_NAME, "Tminus :: Model :: " + name);
        main.putValue(ModelBundles.HEADER, ModelBundles.HEADER_VALUE);
        return manifest;
    }
}
