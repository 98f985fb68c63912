/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnxruntime.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Native files below one directory: each once, in a folder named after its SHA-256, and linked from there into a
 * folder per load. A library file can be loaded by one class loader at a time, and a refreshed bundle has a new one,
 * so every load needs a path of its own; a hard link costs no space and maps the same memory.
 */
final class NativeStore {

    private static final Logger LOG = LoggerFactory.getLogger(NativeStore.class);
    private static final String LOADS = "loads";

    private final Path directory;

    NativeStore(Path directory) {
        this.directory = directory.toAbsolutePath().normalize();
    }

    /** Where a native file's bytes come from. */
    @FunctionalInterface
    interface Source {
        InputStream open() throws IOException;
    }

    /**
     * Puts a file where its hash says, unless it is there and whole.
     *
     * @return the stored file
     */
    Path store(String name, Source source) throws IOException {
        String hash = sha256(source);
        Path file = directory.resolve(hash).resolve(name);
        if (Files.isRegularFile(file)) {
            if (sha256(() -> Files.newInputStream(file)).equals(hash)) {
                return file;
            }
            LOG.warn("{} is damaged and is written again", file);
        }
        Files.createDirectories(file.getParent());
        Path part = file.resolveSibling("." + name + "." + UUID.randomUUID() + ".part");
        try {
            try (InputStream in = source.open()) {
                Files.copy(in, part);
            }
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
        Path loads = Files.createDirectories(directory.resolve(LOADS));
        removeLoadsOfEndedProcesses(loads);
        Path folder =
                Files.createDirectory(loads.resolve(ProcessHandle.current().pid() + "-" + UUID.randomUUID()));
        for (Path file : files) {
            Path link = folder.resolve(file.getFileName());
            try {
                Files.createLink(link, file);
            } catch (FileAlreadyExistsException e) {
                throw e;
            } catch (IOException | UnsupportedOperationException e) {
                LOG.debug("No hard link from {} to {}, copying", link, file, e);
                Files.copy(file, link);
            }
        }
        return folder;
    }

    /** Removes a folder made for loading; where files in use cannot be removed, a later process does it. */
    static void remove(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.deleteIfExists(file);
            }
            Files.deleteIfExists(folder);
        } catch (IOException | UncheckedIOException e) {
            LOG.debug("{} stays until a later start", folder, e);
        }
    }

    private static void removeLoadsOfEndedProcesses(Path loads) throws IOException {
        try (Stream<Path> folders = Files.list(loads)) {
            for (Path folder : folders.toList()) {
                String name = folder.getFileName().toString();
                int dash = name.indexOf('-');
                if (dash > 0 && !isAlive(name.substring(0, dash))) {
                    remove(folder);
                }
            }
        }
    }

    private static boolean isAlive(String pid) {
        try {
            return ProcessHandle.of(Long.parseLong(pid))
                    .map(ProcessHandle::isAlive)
                    .orElse(false);
        } catch (NumberFormatException e) {
            return true; // not one of ours, leave it alone
        }
    }

    static String sha256(Source source) throws IOException {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
        try (InputStream in = new DigestInputStream(source.open(), digest)) {
            byte[] buffer = new byte[1 << 16];
            while (in.read(buffer) >= 0) {
                // the digest sees what is read
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
