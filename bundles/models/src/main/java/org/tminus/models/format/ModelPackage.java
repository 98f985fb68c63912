/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.models.format;

import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Version;
import org.tminus.failure.ModelFormatException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.ModelSignature;
import org.tminus.model.Preprocessing;
import org.tminus.models.internal.archive.ArchiveWriter;
import org.tminus.models.internal.archive.Digests;
import org.tminus.models.internal.archive.EntryNames;
import org.tminus.models.internal.archive.FolderSource;
import org.tminus.models.internal.description.CheckedArchive;
import org.tminus.models.internal.description.FileRecord;
import org.tminus.models.internal.description.FormatFailures;
import org.tminus.models.internal.description.ModelDescription;
import org.tminus.models.internal.description.ModelReader;
import org.tminus.models.internal.description.PreprocessingParser;

/**
 * A {@code .tminus} model file that passed every check: entries, sizes, hashes, all members of its description,
 * preprocessing against its golden vectors. Graphs are not run here. Safe for use by many threads until closed.
 */
public final class ModelPackage implements AutoCloseable {
    /** How names of model files end. */
    public static final String EXTENSION = ".tminus";

    private final CheckedArchive checked;

    private final Limits limits;

    private ModelPackage(CheckedArchive checked, Limits limits) {
        this.checked = checked;
        this.limits = limits;
    }

    /**
     * Makes a model file of a folder that holds its entries. Hashes and sizes are filled into the member "files" of the
     * archive's {@code model.json}; the folder itself stays as it is. The same content always gives the same bytes. The
     * file appears complete or not at all, and replaces an older one.
     *
     * @throws ModelFormatException if the folder holds anything that a model file cannot have, the result would not be
     *     accepted by {@link #open(Path)}, or the file cannot be written
     */
    public static void pack(Path directory, Path file) throws ModelFormatException {
        checkFolder(directory);
        FolderSource source = new FolderSource(directory);
        Path target = file.toAbsolutePath();
        Path temporary = null;
        try {
            Path parent = target.getParent();
            if (parent == null) {
                throw new IOException(target + " is a root");
            }
            Files.createDirectories(parent);
            temporary = temporary(target);
            write(source, temporary);
            open(temporary, Limits.DEFAULT).close();
            move(temporary, target);
        } catch (IOException e) {
            throw FormatFailures.notStored("Cannot write " + file + ": " + e + ".", e);
        } finally {
            deleteQuietly(temporary);
        }
    }

    private static void checkFolder(Path directory) throws ModelFormatException {
        try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
            for (Path child : children) {
                String name = String.valueOf(child.getFileName());
                if (!EntryNames.isKnown(name) || !Files.isRegularFile(child, LinkOption.NOFOLLOW_LINKS)) {
                    throw FormatFailures.invalid("The folder " + directory + " holds '" + EntryNames.printable(name)
                            + "', which a model file cannot have; it has files named " + EntryNames.ALL + " only.");
                }
            }
        } catch (IOException e) {
            throw FormatFailures.unreadable("Cannot read the folder " + directory + ": " + e + ".", e);
        }
        for (String name : List.of(EntryNames.DESCRIPTION, EntryNames.MODEL)) {
            if (!Files.isRegularFile(directory.resolve(name), LinkOption.NOFOLLOW_LINKS)) {
                throw FormatFailures.invalid("The folder " + directory + " lacks " + name + ".");
            }
        }
    }

    private static void write(FolderSource source, Path target) throws IOException, ModelFormatException {
        Map<String, FileRecord> records = new LinkedHashMap<>();
        Map<String, Digests.Digest> digests = new HashMap<>();
        for (String name : EntryNames.ALL) {
            if (source.names().contains(name) && !name.equals(EntryNames.DESCRIPTION)) {
                try (InputStream content = source.open(name)) {
                    Digests.Digest digest = Digests.of(content);
                    digests.put(name, digest);
                    records.put(name, new FileRecord(digest.sha256(), digest.bytes()));
                }
            }
        }
        byte[] given = Files.readAllBytes(source.path(EntryNames.DESCRIPTION));
        byte[] description = ModelDescription.withFiles(given, records);
        try (FileChannel channel = FileChannel.open(target, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
                OutputStream stream = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
                ArchiveWriter archive = new ArchiveWriter(stream)) {
            InputStream first = new ByteArrayInputStream(description);
            long crc = Digests.of(new ByteArrayInputStream(description)).crc();
            archive.add(EntryNames.DESCRIPTION, description.length, crc, false, first);
            for (String name : records.keySet()) {
                Digests.Digest digest = digests.get(name);
                if (digest != null) {
                    try (InputStream content = source.open(name)) {
                        archive.add(name, digest.bytes(), digest.crc(), name.equals(EntryNames.WEIGHTS), content);
                    }
                }
            }
        }
        try (FileChannel written = FileChannel.open(target, StandardOpenOption.WRITE)) {
            written.force(true);
        }
    }

    /** Opens and checks a file within {@link Limits#DEFAULT}. @throws ModelFormatException if it is not acceptable */
    public static ModelPackage open(Path file) throws ModelFormatException {
        return open(file, Limits.DEFAULT);
    }

    /**
     * Opens a file, reads all of it and checks it.
     *
     * @throws ModelFormatException with what is wrong and where, if it is damaged, hostile, past a limit, breaks a rule
     *     of the format, or cannot be read
     */
    public static ModelPackage open(Path file, Limits limits) throws ModelFormatException {
        return new ModelPackage(CheckedArchive.open(file, limits), limits);
    }

    /** Checks an extracted folder and reads its model. @throws ModelFormatException if it is not acceptable */
    public static AdaptiveModel load(Path directory) throws ModelFormatException {
        return load(directory, Limits.DEFAULT);
    }

    /**
     * Reads a model from the folder that {@link #extract(Path)} made, with the same checks as for a file.
     *
     * @throws ModelFormatException if it is damaged or breaks a rule of the format
     */
    public static AdaptiveModel load(Path directory, Limits limits) throws ModelFormatException {
        FolderSource source = new FolderSource(directory);
        ModelReader reader = ModelReader.read("The folder " + directory, source, limits);
        return reader.model(paths(directory, source.names()));
    }

    /**
     * Reads a {@code preprocessing.json} on its own, so that training prepares its inputs exactly as serving will. A
     * {@code tokenizer.json} that it needs lies beside it.
     *
     * @throws ModelFormatException if it is wrong, or not for a model of this signature
     */
    public static Preprocessing preprocessing(Path file, ModelSignature signature) throws ModelFormatException {
        Path tokenizer = file.resolveSibling(EntryNames.TOKENIZER);
        try {
            return PreprocessingParser.parse(
                    Files.readAllBytes(file),
                    Files.isRegularFile(tokenizer) ? Files.readAllBytes(tokenizer) : null,
                    signature);
        } catch (IOException e) {
            throw FormatFailures.unreadable("Cannot read " + file + ": " + e + ".", e);
        }
    }

    public String name() {
        return checked.reader().description().name();
    }

    public Version version() {
        return checked.reader().description().version();
    }

    /** SHA-256 of {@code model.json}. */
    public String identity() {
        return checked.reader().description().identity();
    }

    /** The entries that this file has. */
    public Set<String> entries() {
        return checked.archive().names();
    }

    /** Whether an entry can be mapped into memory from the file itself: stored, at a multiple of 4096 bytes. */
    public boolean isMappable(String entry) throws ModelFormatException {
        try {
            return checked.archive().isAligned(entry, ArchiveWriter.ALIGNMENT);
        } catch (IOException e) {
            throw FormatFailures.reading(checked.what(), e);
        }
    }

    /**
     * The content of an entry; the caller closes it.
     *
     * @throws ModelFormatException if there is no such entry
     */
    public InputStream read(String entry) throws ModelFormatException {
        try {
            return checked.archive().open(entry);
        } catch (IOException e) {
            throw FormatFailures.reading(checked.what(), e);
        }
    }

    /**
     * Copies all entries to a folder, which appears complete or not at all.
     *
     * @param directory does not exist yet, or is empty
     * @return the model with its files there
     * @throws ModelFormatException if the folder is not empty or cannot be written, or the file changed since it was
     *     opened
     */
    public AdaptiveModel extract(Path directory) throws ModelFormatException {
        Path target = directory.toAbsolutePath();
        Path temporary = null;
        try {
            Path parent = target.getParent();
            if (parent == null) {
                throw new IOException(target + " is a root");
            }
            Files.createDirectories(parent);
            temporary = Files.createDirectory(temporary(target));
            for (String name : checked.archive().names()) {
                try (InputStream content = checked.archive().open(name)) {
                    Files.copy(content, temporary.resolve(name));
                }
            }
            // What was checked is what was copied, also if somebody changed the file in between.
            AdaptiveModel copied = load(temporary, limits);
            if (!copied.identity().equals(identity())) {
                throw FormatFailures.damaged(checked.what() + " changed while it was read.", null);
            }
            if (Files.isDirectory(target)) {
                Files.delete(target);
            }
            move(temporary, target);
            temporary = null;
            return checked.reader().model(paths(directory, checked.archive().names()));
        } catch (IOException e) {
            throw FormatFailures.notStored(checked.what() + " cannot be extracted to " + directory + ": " + e + ".", e);
        } finally {
            deleteQuietly(temporary);
        }
    }

    private static Map<String, Path> paths(Path directory, Set<String> names) {
        Map<String, Path> paths = new HashMap<>();
        names.forEach(name -> paths.put(name, directory.resolve(name)));
        return paths;
    }

    /** A name beside the target; unlike the JDK's temporary files, what gets it has the usual permissions. */
    private static Path temporary(Path target) {
        return target.resolveSibling("." + target.getFileName() + "-" + UUID.randomUUID() + ".part");
    }

    private static void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void deleteQuietly(@Nullable Path path) {
        if (path == null || !Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (Stream<Path> tree = Files.walk(path)) {
            for (Path each : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(each);
            }
        } catch (IOException e) {
            path.toFile().deleteOnExit();
        }
    }

    /** Closing twice is harmless. */
    @Override
    public void close() throws ModelFormatException {
        try {
            checked.archive().close();
        } catch (IOException e) {
            throw FormatFailures.unreadable(checked.what() + " cannot be closed: " + e + ".", e);
        }
    }
}
