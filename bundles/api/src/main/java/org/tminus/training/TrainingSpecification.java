/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.training;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What to train, on what, and where to. Immutable. */
public final class TrainingSpecification {
    private final String task;
    private final Path data;
    private final Path output;
    private final Path workFolder;
    private final @Nullable Path model;
    private final long seed;
    private final int threads;
    private final Map<String, String> options;

    private TrainingSpecification(Builder builder) {
        task = builder.task;
        data = Objects.requireNonNull(builder.data, "The data folder is missing");
        output = Objects.requireNonNull(builder.output, "The output file is missing");
        workFolder = Objects.requireNonNull(builder.workFolder, "The work folder is missing");
        model = builder.model;
        seed = builder.seed;
        threads = builder.threads;
        options = Map.copyOf(builder.options);
    }

    /** @param task a task that the trainer knows, such as {@code fashion-vit} */
    public static Builder builder(String task) {
        return new Builder(task);
    }

    public String task() {
        return task;
    }

    /** Where the data is read from. */
    public Path data() {
        return data;
    }

    /** The {@code .tminus} file to write. */
    public Path output() {
        return output;
    }

    /** Where checkpoints are kept; a training that finds its own there goes on from them. */
    public Path workFolder() {
        return workFolder;
    }

    /** The ONNX model to make adaptive; empty where the task brings its own. */
    public Optional<Path> model() {
        return Optional.ofNullable(model);
    }

    public long seed() {
        return seed;
    }

    /** Threads for computation. Results are equal to the last bit only for equal numbers. */
    public int threads() {
        return threads;
    }

    /** Settings of the task by name, such as {@code epochs}. */
    public Map<String, String> options() {
        return options;
    }

    /** Not thread-safe. */
    public static final class Builder {
        private final String task;
        private @Nullable Path data;
        private @Nullable Path output;
        private @Nullable Path workFolder;
        private @Nullable Path model;
        private long seed = 1;
        private int threads = Math.max(1, Runtime.getRuntime().availableProcessors());
        private final Map<String, String> options = new HashMap<>();

        private Builder(String task) {
            this.task = Objects.requireNonNull(task);
        }

        public Builder data(Path folder) {
            data = folder;
            return this;
        }

        public Builder output(Path file) {
            output = file;
            return this;
        }

        public Builder workFolder(Path folder) {
            workFolder = folder;
            return this;
        }

        public Builder model(Path file) {
            model = file;
            return this;
        }

        public Builder seed(long value) {
            seed = value;
            return this;
        }

        /** @throws IllegalArgumentException if the number is not positive */
        public Builder threads(int number) {
            if (number <= 0) {
                throw new IllegalArgumentException("Training needs at least one thread, got " + number);
            }
            threads = number;
            return this;
        }

        public Builder option(String name, String value) {
            options.put(name, value);
            return this;
        }

        /** @throws NullPointerException if data, output or work folder are missing */
        public TrainingSpecification build() {
            return new TrainingSpecification(this);
        }
    }
}
