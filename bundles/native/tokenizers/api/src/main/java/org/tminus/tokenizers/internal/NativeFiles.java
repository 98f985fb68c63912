/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tokenizers.internal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;

/**
 * Native files below one directory: each once, in a folder named after its SHA-256, and linked from there into a folder
 * per load. A library file can be loaded by one class loader at a time, and a refreshed bundle has a new one, so every
 * load needs a path of its own.
 */
final class NativeFiles {
    private final Path directory;

    NativeFiles(Path directory) {
        this.directory = directory.toAbsolutePath().normalize();
    }

    /** Puts a file where its hash says, unless it is there and whole. */
    Path store(String name, byte[] content) throws IOException {
        Path file = directory.resolve(sha256(content)).resolve(name);
        if (Files.isRegularFile(file) && Arrays.equals(Files.readAllBytes(file), content)) {
            return file;
        }
        Files.createDirectories(file.getParent());
        Path part = file.resolveSibling("." + name + "." + UUID.randomUUID() + ".part");
        try {
            Files.write(part, content, StandardOpenOption.CREATE_NEW);
            try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(part);
        }
        return file;
    }

    /** Makes a new folder that holds the given stored files under their names. */
    Path linkForLoading(List<Path> files) throws IOException {
        Path loads = Files.createDirectories(directory.resolve("loads"));
        Path folder =
                Files.createDirectory(loads.resolve(ProcessHandle.current().pid() + "-" + UUID.randomUUID()));
        for (Path file : files) {
            Path link = folder.resolve(file.getFileName());
            try {
                Files.createLink(link, file);
            } catch (IOException | UnsupportedOperationException e) {
                // Not every file system has hard links.
                Files.copy(file, link);
            }
        }
        return folder;
    }

    /** Removes a folder made for loading; where loaded files cannot be removed, it stays until the process's end. */
    static void remove(Path folder, List<Path> files) {
        for (Path file : files) {
            removeOrLater(folder.resolve(file.getFileName()), folder);
        }
        removeOrLater(folder, folder);
    }

    private static void removeOrLater(Path path, Path folder) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            folder.toFile().deleteOnExit();
            path.toFile().deleteOnExit();
        }
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
