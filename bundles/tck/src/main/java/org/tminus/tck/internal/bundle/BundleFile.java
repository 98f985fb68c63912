/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tck.internal.bundle;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.jspecify.annotations.Nullable;
import org.tminus.tck.Finding;

/** A bundle's jar: its manifest and the names of its entries. Immutable. */
public final class BundleFile {
    private static final String MANIFEST = "META-INF/MANIFEST.MF";

    private final Path jar;
    private final Manifest manifest;
    private final Set<String> entries;

    private BundleFile(Path jar, Manifest manifest, Set<String> entries) {
        this.jar = jar;
        this.manifest = manifest;
        this.entries = entries;
    }

    /**
     * @param place a jar, or a folder with the same content
     * @param folder where a jar is made of a folder
     */
    public static BundleFile open(Path place, Path folder) throws IOException {
        if (!Files.exists(place)) {
            throw Finding.of(
                    "There is no bundle at " + place.toAbsolutePath() + ".",
                    "A jar, or a folder with classes and manifest.",
                    "Build the bundle first, and name it by the system property tminus.tck.bundle or by bundle().");
        }
        Path jar = Files.isDirectory(place) ? pack(place, folder) : place;
        try (FileSystem content = FileSystems.newFileSystem(jar)) {
            Path root = content.getPath("/");
            Path manifest = root.resolve(MANIFEST);
            if (!Files.exists(manifest)) {
                throw Finding.of(
                        place + " has no " + MANIFEST + ".",
                        "The manifest of a bundle.",
                        "Let bnd-maven-plugin make it, and point maven-jar-plugin at it.");
            }
            try (InputStream in = Files.newInputStream(manifest);
                    Stream<Path> files = Files.walk(root)) {
                Set<String> entries = new TreeSet<>(files.filter(Files::isRegularFile)
                        .map(file -> root.relativize(file).toString())
                        .toList());
                return new BundleFile(jar, new Manifest(in), entries);
            }
        }
    }

    private static Path pack(Path directory, Path folder) throws IOException {
        Path jar = Files.createTempFile(folder, "bundle", ".jar");
        List<Path> files;
        try (Stream<Path> walk = Files.walk(directory)) {
            files = walk.filter(Files::isRegularFile)
                    .filter(file -> !file.equals(directory.resolve(MANIFEST)))
                    .toList();
        }
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream target = new JarOutputStream(out)) {
            // Readers of jars expect the manifest first.
            if (Files.exists(directory.resolve(MANIFEST))) {
                target.putNextEntry(new ZipEntry(MANIFEST));
                Files.copy(directory.resolve(MANIFEST), target);
            }
            for (Path file : files) {
                target.putNextEntry(
                        new ZipEntry(directory.relativize(file).toString().replace('\\', '/')));
                Files.copy(file, target);
            }
        }
        return jar;
    }

    Path jar() {
        return jar;
    }

    Set<String> entries() {
        return entries;
    }

    @Nullable
    String header(String name) {
        return manifest.getMainAttributes().getValue(name);
    }

    List<Clause> clauses(String name) {
        return Clause.parse(header(name));
    }

    String symbolicName() {
        List<Clause> clauses = clauses("Bundle-SymbolicName");
        return clauses.isEmpty() ? "" : clauses.get(0).names().get(0);
    }
}
