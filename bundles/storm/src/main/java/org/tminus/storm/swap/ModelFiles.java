/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm.swap;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.osgi.framework.Version;
import org.tminus.failure.ModelFormatException;
import org.tminus.model.AdaptiveModel;
import org.tminus.models.format.ModelPackage;
import org.tminus.storm.load.Weights;

/** Makes versions of a model, good ones and bad ones, from the files of one. Used by one thread at a time. */
public final class ModelFiles {
    private static final String DESCRIPTION = "model.json";
    private static final String GRAPH = "model.onnx";
    private static final String DATA = "model.onnx.data";
    private static final String LABELS = "labels.json";
    private static final String GOLDEN = "golden.json";
    private static final String[] ENTRIES = {
        DESCRIPTION,
        "preprocessing.json",
        "tokenizer.json",
        LABELS,
        GOLDEN,
        "predictor.onnx",
        "policy-open.onnx",
        "policy-closed.onnx",
        "exits.onnx",
        GRAPH,
        DATA
    };
    /** Little enough that the model goes on working, and much more than answers may differ. */
    private static final float CHANGE = 1.02f;

    private final Path folder;
    private final String description;

    /**
     * Copies a model's files.
     *
     * @param model whose files are there: a lease is held
     * @param folder where everything is written
     */
    public ModelFiles(AdaptiveModel model, Path folder) throws IOException {
        this.folder = folder;
        Path original = Files.createDirectories(folder(Weights.ORIGINAL));
        for (String entry : ENTRIES) {
            var file = model.file(entry);
            if (file.isPresent()) {
                Files.copy(file.get(), original.resolve(entry));
            }
        }
        if (!Files.exists(original.resolve(DESCRIPTION)) || !Files.exists(original.resolve(DATA))) {
            throw new IOException("A storm needs a model that keeps its weights in " + DATA + "; " + model
                    + " has the files " + list(original));
        }
        description = Files.readString(original.resolve(DESCRIPTION), StandardCharsets.UTF_8);
        Path changed = Files.createDirectories(folder(Weights.CHANGED));
        for (String entry : list(original)) {
            Files.copy(original.resolve(entry), changed.resolve(entry));
        }
        Files.write(changed.resolve(DATA), scaled(Files.readAllBytes(original.resolve(DATA))));
    }

    private static byte[] scaled(byte[] weights) {
        ByteBuffer buffer = ByteBuffer.wrap(weights).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at + Float.BYTES <= weights.length; at += Float.BYTES) {
            buffer.putFloat(at, buffer.getFloat(at) * CHANGE);
        }
        return weights;
    }

    /** Where the files of a model with these weights lie. */
    public Path folder(Weights weights) {
        return folder.resolve("weights-" + weights.name());
    }

    /**
     * A good file.
     *
     * @param remark goes into the description, so that the same version can have other content
     */
    Path good(Version version, String remark) throws IOException, ModelFormatException {
        return pack(version, Weights.of(version), text -> described(text, remark), staged -> {});
    }

    /** A file that was good before some of its bytes were changed. */
    Path damaged(Version version, int salt) throws IOException, ModelFormatException {
        Path file = good(version, "damaged " + salt);
        byte[] bytes = Files.readAllBytes(file);
        if (salt % 2 == 0) {
            Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length / 2));
        } else {
            bytes[bytes.length / 2] ^= 0x55;
            Files.write(file, bytes);
        }
        return file;
    }

    /** A file whose description promises more outputs than its graph gives. */
    Path withWrongSignature(Version version) throws IOException, ModelFormatException {
        return pack(
                version,
                Weights.ORIGINAL,
                text -> text.replaceFirst(
                        "(\"outputs\"\\s*:\\s*\\[\\s*\\{[^}]*\"shape\"\\s*:\\s*\\[\\s*\"batch\",\\s*)\\d+", "$112"),
                staged -> {
                    // They would give it away before the graph is looked at.
                    Files.deleteIfExists(staged.resolve(LABELS));
                    Files.deleteIfExists(staged.resolve(GOLDEN));
                });
    }

    /** A file with a graph that nothing can read, or that reads well and has an operator that nothing can run. */
    Path unloadable(Version version, int salt) throws IOException, ModelFormatException {
        return pack(version, Weights.ORIGINAL, text -> text, staged -> {
            Path graph = staged.resolve(GRAPH);
            if (salt % 2 == 0) {
                Files.writeString(graph, "This is no graph.");
            } else {
                String bytes = Files.readString(graph, StandardCharsets.ISO_8859_1);
                Files.writeString(graph, bytes.replace("MatMul", "MatMuh"), StandardCharsets.ISO_8859_1);
            }
        });
    }

    private interface Change {
        String apply(String text);
    }

    private interface Staging {
        void apply(Path folder) throws IOException;
    }

    private static String described(String text, String remark) {
        return text.replaceFirst("(\"description\"\\s*:\\s*\")", "$1" + remark + ": ");
    }

    private Path pack(Version version, Weights weights, Change change, Staging staging)
            throws IOException, ModelFormatException {
        Path staged = Files.createTempDirectory(folder, "staged");
        try {
            for (String entry : list(folder(weights))) {
                Files.copy(folder(weights).resolve(entry), staged.resolve(entry));
            }
            String versioned = description.replaceFirst("(\"version\"\\s*:\\s*\")[^\"]+\"", "$1" + version + "\"");
            Files.writeString(staged.resolve(DESCRIPTION), change.apply(versioned), StandardCharsets.UTF_8);
            staging.apply(staged);
            Path file = folder.resolve("model-" + version + ModelPackage.EXTENSION);
            ModelPackage.pack(staged, file);
            return file;
        } finally {
            delete(staged);
        }
    }

    private static java.util.List<String> list(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .sorted()
                    .toList();
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> tree = Files.walk(folder)) {
            tree.sorted(Comparator.reverseOrder()).forEach(file -> {
                try {
                    Files.delete(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
