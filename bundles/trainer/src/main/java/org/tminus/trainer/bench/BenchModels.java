/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.tminus.failure.ModelFormatException;
import org.tminus.learning.data.Examples;
import org.tminus.learning.data.Purpose;
import org.tminus.learning.data.Split;
import org.tminus.models.format.ModelPackage;
import org.tminus.trainer.ProgressListener;
import org.tminus.trainer.pipeline.Folders;
import org.tminus.trainer.pipeline.Recipes;

/** The models that are measured, with the inputs that are asked for. Used by one thread; what it generates goes when it is closed. */
public final class BenchModels implements AutoCloseable {
    private final @Nullable Path data;
    private final ProgressListener listener;
    private final Path folder;

    /** @param examples that are asked for */
    public record Prepared(Path file, Examples examples) {}

    /**
     * Prepares nothing yet.
     *
     * @param data folder or file with the data of a task that does not generate its own; {@code null} for where it usually is
     * @throws IOException if there is no room for generated models
     */
    public BenchModels(@Nullable Path data, ProgressListener listener) throws IOException {
        this.data = data;
        this.listener = listener;
        this.folder = Files.createTempDirectory("tminus-bench");
    }

    /** The names of models that are generated. */
    public static List<String> generated() {
        return Arrays.stream(GeneratedModel.values()).map(GeneratedModel::id).toList();
    }

    /**
     * All of them: the reference models and those that are generated.
     *
     * @param home folder of this project
     * @throws IOException if its folder of models cannot be read
     */
    public static List<String> whole(Path home) throws IOException {
        List<String> names = new ArrayList<>();
        Path models = home.resolve("models");
        if (Files.isDirectory(models)) {
            try (Stream<Path> files = Files.list(models)) {
                files.filter(file -> file.toString().endsWith(ModelPackage.EXTENSION))
                        .sorted()
                        .forEach(file -> names.add(file.toString()));
            }
        }
        names.addAll(generated());
        return names;
    }

    /**
     * A model by the name of a generated one, or by its file.
     *
     * @throws IOException if it cannot be made or its data cannot be read, with what to do
     */
    public Prepared prepare(String name) throws IOException {
        Optional<GeneratedModel> generated = GeneratedModel.named(name);
        if (generated.isPresent()) {
            listener.message("making " + name);
            return new Prepared(generated.get().write(folder), generated.get().examples());
        }
        Path file = Path.of(name).toAbsolutePath().normalize();
        return new Prepared(file, testSplit(file));
    }

    /** In the order of the data. */
    private Examples testSplit(Path file) throws IOException {
        try (ModelPackage opened = ModelPackage.open(file)) {
            JsonNode provenance = new ObjectMapper()
                    .readTree(opened.read("model.json").readAllBytes())
                    .path("provenance");
            String stated = provenance.at("/data/name").asText();
            String task = Recipes.NAMES.contains(stated) ? stated : opened.name();
            if (!Recipes.NAMES.contains(task)) {
                throw new IOException(
                        "the model in " + file + " belongs to none of the tasks " + String.join(", ", Recipes.NAMES)
                                + ". Measure it with `evaluate`, which reads your own data.");
            }
            listener.message("reading the data of " + task);
            byte[] tokenizer = opened.entries().contains("tokenizer.json")
                    ? opened.read("tokenizer.json").readAllBytes()
                    : null;
            return Recipes.data(task, data, provenance.path("seed").asLong(), tokenizer)
                    .accessFor(Purpose.REPORTING)
                    .open(Split.TEST);
        } catch (ModelFormatException e) {
            throw new IOException(e.getMessage() + " " + e.advice(), e);
        }
    }

    @Override
    public void close() throws IOException {
        Folders.delete(folder);
    }
}
