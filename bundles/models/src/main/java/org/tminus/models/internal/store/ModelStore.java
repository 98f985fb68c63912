/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.models.internal.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.failure.ModelFormatException;
import org.tminus.models.internal.archive.Digests;
import org.tminus.models.internal.archive.EntrySource;
import org.tminus.models.internal.description.BoundedStream;
import org.tminus.models.internal.description.FileRecord;
import org.tminus.models.internal.description.FormatFailures;
import org.tminus.models.internal.description.ModelDescription;

/**
 * The files of models on disk. Content lies once, under its SHA-256, in {@code content/}; each model has a folder of
 * links to it in {@code models/}, because an ONNX file finds its weights beside itself. Whoever uses a model holds it;
 * with the last hold its files go. Thread-safe.
 *
 * <p>Everything is written in {@code tmp/}, brought to the medium and moved, so that a name stands for complete content
 * even after a crash; the content is hashed again all the same when a container uses it for the first time.
 */
public final class ModelStore implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ModelStore.class);

    private static final class Slot {
        private final Map<String, Path> files;
        private final Set<String> contents;
        private int holds;

        Slot(Map<String, Path> files, Set<String> contents) {
            this.files = files;
            this.contents = contents;
        }
    }

    private final Path contentFolder;
    private final Path modelFolder;
    private final Path temporaryFolder;
    private final Disk disk;
    private final FileChannel lockFile;
    private final FileLock lock;

    /** Held while files are made or deleted; never waited for by whoever gives a lease back. */
    private final ReentrantLock filesLock = new ReentrantLock();

    private final Map<String, Slot> slots = new HashMap<>();
    private final Queue<String> unused = new ConcurrentLinkedQueue<>();
    private final Set<String> verified = new HashSet<>();
    private boolean closed;

    private ModelStore(Path root, Disk disk, FileChannel lockFile, FileLock lock) {
        this.contentFolder = root.resolve("content");
        this.modelFolder = root.resolve("models");
        this.temporaryFolder = root.resolve("tmp");
        this.disk = disk;
        this.lockFile = lockFile;
        this.lock = lock;
    }

    /**
     * @param root a folder that no other store uses at the same time; made if missing
     * @throws IOException if it is in use or cannot be written
     */
    public static ModelStore open(Path root, Disk disk) throws IOException {
        Files.createDirectories(root);
        FileChannel lockFile =
                FileChannel.open(root.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock;
        try {
            lock = lockFile.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        }
        if (lock == null) {
            lockFile.close();
            throw new IOException("The model folder " + root
                    + " is in use by another container. Give each container a folder of its own.");
        }
        ModelStore store = new ModelStore(root, disk, lockFile, lock);
        try {
            deleteTree(store.temporaryFolder);
            for (Path folder : List.of(store.contentFolder, store.modelFolder, store.temporaryFolder)) {
                Files.createDirectories(folder);
            }
        } catch (IOException e) {
            store.close();
            throw e;
        }
        return store;
    }

    /**
     * Brings a model's files to disk, unless they are there, and holds them.
     *
     * @param source read only where content is missing or damaged
     * @return where each entry lies
     * @throws ModelFormatException if the source is damaged or the disk does not take the files; the store is then as
     *     it was before
     */
    public Map<String, Path> hold(String what, ModelDescription description, EntrySource source)
            throws ModelFormatException {
        filesLock.lock();
        try {
            if (closed) {
                throw new ModelFormatException(
                        what + " cannot be stored: the model repository is stopping.",
                        "Install it again when the repository has started.");
            }
            synchronized (slots) {
                Slot slot = slots.get(description.identity());
                if (slot != null) {
                    slot.holds++;
                    return slot.files;
                }
            }
            return make(what, description, source);
        } finally {
            filesLock.unlock();
            collect();
        }
    }

    private Map<String, Path> make(String what, ModelDescription description, EntrySource source)
            throws ModelFormatException {
        List<Path> made = new ArrayList<>();
        boolean complete = false;
        try {
            Map<String, String> hashes = new LinkedHashMap<>();
            for (String name : source.names()) {
                FileRecord record = description.files().get(name);
                String sha256 = record == null ? description.identity() : record.sha256();
                long bytes = record == null ? Long.MAX_VALUE : record.bytes();
                hashes.put(name, sha256);
                provide(what, source, name, sha256, bytes, made);
            }
            Path folder = modelFolder.resolve(description.identity());
            link(folder, hashes);
            Map<String, Path> files = new HashMap<>();
            hashes.keySet().forEach(name -> files.put(name, folder.resolve(name)));
            Slot slot = new Slot(Map.copyOf(files), Set.copyOf(hashes.values()));
            slot.holds = 1;
            synchronized (slots) {
                slots.put(description.identity(), slot);
            }
            complete = true;
            return slot.files;
        } catch (IOException e) {
            throw FormatFailures.notStored(
                    what + " cannot be stored in " + modelFolder.getParent() + ": " + e + ".", e);
        } finally {
            if (!complete) {
                made.forEach(ModelStore::deleteQuietly);
            }
        }
    }

    private void provide(String what, EntrySource source, String name, String sha256, long bytes, List<Path> made)
            throws IOException, ModelFormatException {
        Path target = contentFolder.resolve(sha256);
        if (Files.isRegularFile(target, LinkOption.NOFOLLOW_LINKS)) {
            if (verified.contains(sha256) || isIntact(target, sha256)) {
                verified.add(sha256);
                return;
            }
            LOG.warn("The file {} is damaged; it is made again from the model.", target);
        }
        Path part = temporaryFolder.resolve(UUID.randomUUID().toString());
        try {
            copy(what, source, name, sha256, bytes, part);
            disk.move(part, target);
            made.add(target);
            verified.add(sha256);
        } finally {
            deleteQuietly(part);
        }
    }

    private static boolean isIntact(Path file, String sha256) throws IOException {
        try (InputStream content = Files.newInputStream(file)) {
            return Digests.of(content).sha256().equals(sha256);
        }
    }

    private void copy(String what, EntrySource source, String name, String sha256, long bytes, Path part)
            throws IOException, ModelFormatException {
        MessageDigest digest = Digests.sha256();
        try (InputStream content = openEntry(what, source, name, bytes, digest);
                OutputStream target = disk.create(part)) {
            byte[] buffer = new byte[1 << 16];
            for (int count = read(what, content, buffer); count >= 0; count = read(what, content, buffer)) {
                target.write(buffer, 0, count);
            }
        }
        if (!Digests.hex(digest).equals(sha256)) {
            throw FormatFailures.damaged(what + ": " + name + " is not the file that its description records.", null);
        }
    }

    private static InputStream openEntry(String what, EntrySource source, String name, long bytes, MessageDigest digest)
            throws ModelFormatException {
        try {
            return new DigestInputStream(new BoundedStream(source.open(name), bytes), digest);
        } catch (IOException e) {
            throw FormatFailures.reading(what, e);
        }
    }

    /** A model that cannot be read is another failure, with other advice, than a disk that cannot be written. */
    private static int read(String what, InputStream content, byte[] buffer) throws ModelFormatException {
        try {
            return content.read(buffer);
        } catch (IOException e) {
            throw FormatFailures.reading(what, e);
        }
    }

    private void link(Path folder, Map<String, String> hashes) throws IOException {
        if (isComplete(folder, hashes)) {
            return;
        }
        Path part =
                Files.createDirectory(temporaryFolder.resolve(UUID.randomUUID().toString()));
        try {
            for (Map.Entry<String, String> entry : hashes.entrySet()) {
                Path content = contentFolder.resolve(entry.getValue());
                Path name = part.resolve(entry.getKey());
                try {
                    disk.link(name, content);
                } catch (UnsupportedOperationException | IOException e) {
                    copyInstead(content, name, e);
                }
            }
            deleteTree(folder);
            disk.move(part, folder);
        } finally {
            deleteQuietly(part);
        }
    }

    private void copyInstead(Path content, Path name, Exception cause) throws IOException {
        LOG.debug("No link from {} to {}; copying.", name, content, cause);
        try (OutputStream target = disk.create(name)) {
            Files.copy(content, target);
        }
    }

    /** What a former run left; a copy in place of a link is made again, since its content is not known. */
    private boolean isComplete(Path folder, Map<String, String> hashes) throws IOException {
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
                || !children(folder).keySet().equals(hashes.keySet())) {
            return false;
        }
        for (Map.Entry<String, String> entry : hashes.entrySet()) {
            if (!Files.isSameFile(folder.resolve(entry.getKey()), contentFolder.resolve(entry.getValue()))) {
                return false;
            }
        }
        return true;
    }

    /**
     * One more hold on a model that somebody holds.
     *
     * @return false if nobody does any more
     */
    public boolean hold(String identity) {
        synchronized (slots) {
            Slot slot = slots.get(identity);
            if (slot == null || slot.holds == 0) {
                return false;
            }
            slot.holds++;
            return true;
        }
    }

    /** Gives a hold back. With the last one the files go, now or when whoever works on the files is done. */
    public void release(String identity) {
        synchronized (slots) {
            Slot slot = slots.get(identity);
            if (slot == null || slot.holds == 0) {
                throw new IllegalStateException("Nobody holds the model " + identity);
            }
            if (--slot.holds > 0) {
                return;
            }
        }
        unused.add(identity);
        collect();
    }

    /**
     * Deletes what nobody holds any more. Who finds the lock taken leaves: the one that has it comes here after
     * unlocking, and sees what was put into the queue before.
     */
    private void collect() {
        while (!unused.isEmpty() && filesLock.tryLock()) {
            try {
                for (String identity = unused.poll(); identity != null; identity = unused.poll()) {
                    delete(identity);
                }
            } finally {
                filesLock.unlock();
            }
        }
    }

    private void delete(String identity) {
        Set<String> contents;
        synchronized (slots) {
            Slot slot = slots.get(identity);
            if (closed || slot == null || slot.holds > 0) {
                return;
            }
            slots.remove(identity);
            contents = new HashSet<>(slot.contents);
            slots.values().forEach(other -> contents.removeAll(other.contents));
        }
        deleteQuietly(modelFolder.resolve(identity));
        for (String sha256 : contents) {
            verified.remove(sha256);
            deleteQuietly(contentFolder.resolve(sha256));
        }
    }

    /** Deletes what no held model needs: leftovers of models that were removed while nobody watched. */
    public void sweep() {
        filesLock.lock();
        try {
            Set<String> models;
            Set<String> contents = new HashSet<>();
            synchronized (slots) {
                models = Set.copyOf(slots.keySet());
                slots.values().forEach(slot -> contents.addAll(slot.contents));
            }
            sweep(modelFolder, models);
            sweep(contentFolder, contents);
        } finally {
            filesLock.unlock();
            collect();
        }
    }

    private static void sweep(Path folder, Set<String> needed) {
        try {
            children(folder).forEach((name, path) -> {
                if (!needed.contains(name)) {
                    LOG.info("Removing {}, which no installed model needs.", path);
                    deleteQuietly(path);
                }
            });
        } catch (IOException e) {
            LOG.warn("Cannot clean {}.", folder, e);
        }
    }

    /** A file in the store's own temporary folder, for the caller to make and delete. */
    public Path temporaryFile() {
        return temporaryFolder.resolve(UUID.randomUUID().toString());
    }

    /** Writes a file of the caller's. */
    public OutputStream create(Path file) throws IOException {
        return disk.create(file);
    }

    private static Map<String, Path> children(Path folder) throws IOException {
        Map<String, Path> children = new HashMap<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
            stream.forEach(child -> children.put(String.valueOf(child.getFileName()), child));
        }
        return children;
    }

    private static void deleteQuietly(Path path) {
        try {
            deleteTree(path);
        } catch (IOException e) {
            LOG.warn("Cannot remove {}; it is removed when the container starts again.", path, e);
        }
    }

    private static void deleteTree(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(path, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure) throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Files.delete(folder);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** Leaves all files for the next start. Holds may still be given back; that deletes nothing any more. */
    @Override
    public void close() throws IOException {
        filesLock.lock();
        try (lockFile;
                lock) {
            closed = true;
        } finally {
            filesLock.unlock();
        }
    }
}
