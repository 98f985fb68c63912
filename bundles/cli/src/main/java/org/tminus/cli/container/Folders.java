/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.cli.container;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Enumeration;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/** Unpacks and removes whole folders. */
public final class Folders {
    private Folders() {}

    /** Unpacks an archive into a folder, without the folder that all its entries are in. */
    public static void unpack(Path zip, Path folder) throws IOException {
        extract(zip, folder, true);
    }

    /** Unpacks an archive into a folder. */
    public static void unzip(Path zip, Path folder) throws IOException {
        extract(zip, folder, false);
    }

    private static void extract(Path zip, Path folder, boolean withoutTop) throws IOException {
        Files.createDirectories(folder);
        try (ZipFile archive = new ZipFile(zip.toFile())) {
            for (Enumeration<? extends ZipEntry> entries = archive.entries(); entries.hasMoreElements(); ) {
                ZipEntry entry = entries.nextElement();
                String name =
                        withoutTop ? entry.getName().substring(entry.getName().indexOf('/') + 1) : entry.getName();
                Path file = folder.resolve(name).normalize();
                if (!file.startsWith(folder.normalize())) {
                    throw new IOException(zip + " has an entry outside of itself: " + entry.getName());
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(file);
                    continue;
                }
                Path parent = file.getParent();
                if (parent != null) {
                    Files.createDirectories(parent);
                }
                try (InputStream in = archive.getInputStream(entry)) {
                    Files.copy(in, file);
                }
            }
        }
    }

    /** Removes a folder with everything in it; links are removed, not followed. What vanishes meanwhile is gone as well. */
    public static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
                if (failure instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw failure;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure) throws IOException {
                if (failure != null && !(failure instanceof NoSuchFileException)) {
                    throw failure;
                }
                Files.deleteIfExists(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
