/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tminus.tasks.EmbeddingCorpus;
import org.tminus.tasks.PackageSections;
import org.tminus.tasks.PointerChase;
import org.tminus.tasks.Signposts;
import org.tminus.trainer.graph.Precision;
import org.tminus.trainer.pipeline.Recipes;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** What the trainings of all tasks have in common. */
final class TaskOptions {
    private static final int STANDARD_THREADS = 2;
    private static final List<String> GENERATED = List.of(PointerChase.NAME, Signposts.NAME);
    private static final List<String> ENCODED = List.of(PackageSections.NAME, EmbeddingCorpus.NAME);

    @Option(names = "--epochs", paramLabel = "N", description = "passes over the training data; 0 for the task's own")
    private int epochs;

    @Option(names = "--threads", paramLabel = "N", description = "threads that compute; they do not change the result")
    private int threads = STANDARD_THREADS;

    @Option(
            names = "--precision",
            paramLabel = "float32|bfloat16",
            description =
                    "of the factors of matrix products while layers and exits are trained; bfloat16 is faster for wide"
                            + " layers on processors with instructions for it, and changes the result a little. Weights,"
                            + " evaluation and the model are float32 in any case")
    private Precision precision = Precision.FLOAT32;

    @Option(names = "--seed", paramLabel = "N", description = "seed of the split, the weights and everything drawn")
    private long seed = 1;

    @ArgGroup(validate = false, order = 1, heading = "%nWhere things are:%n")
    private Places places = new Places();

    private static final class Places {
        @Option(
                names = "--data",
                paramLabel = "PATH",
                description =
                        "folder or file with the data of fashion-vit, package-sections or embedding; if not given, where the"
                                + " Debian packages put it")
        private @Nullable Path data;

        @Option(
                names = {"--work", "--resume"},
                paramLabel = "DIR",
                description =
                        "folder of finished stages and checkpoints, gone on from if it has any; TASK-training if not"
                                + " given")
        private @Nullable Path work;

        @Option(
                names = "--encoder",
                paramLabel = "NAME",
                description = "pretrained encoder, for texts: minilm-l6 or bge-small-en; the task's own if not given")
        private @Nullable String encoder;

        @Option(
                names = "--encoders",
                paramLabel = "DIR",
                description = "folder with the encoder's jar; if not given, the local Maven repository")
        private @Nullable Path encoders;
    }

    long seed() {
        return seed;
    }

    Path work(String task) {
        return Main.absolute(places.work == null ? Path.of(task + "-training") : places.work);
    }

    /**
     * What was chosen for a task.
     *
     * @throws IllegalArgumentException if a number is out of range, or the task has no use for an option
     */
    Recipes.Choices choices(String task, @Nullable Path trunk) {
        Numbers.atLeast(0, "--epochs", epochs);
        Numbers.atLeast(1, "--threads", threads);
        if (places.data != null && GENERATED.contains(task)) {
            throw new IllegalArgumentException("--data is of no use for " + task + ", whose data is generated.");
        }
        if ((places.encoder != null || places.encoders != null) && !ENCODED.contains(task)) {
            throw new IllegalArgumentException("--encoder and --encoders are of no use for " + task + "; they are for "
                    + String.join(" and ", ENCODED) + ".");
        }
        return new Recipes.Choices(
                places.data, places.encoder, places.encoders, seed, epochs, threads, precision, trunk);
    }

    /** What a person would have to type to get the same again, without paths of this machine. */
    String asTyped() {
        StringBuilder text = new StringBuilder(" --seed ").append(seed);
        if (epochs != 0) {
            text.append(" --epochs ").append(epochs);
        }
        if (precision != Precision.FLOAT32) {
            text.append(" --precision ").append(precision);
        }
        if (places.encoder != null) {
            text.append(" --encoder ").append(places.encoder);
        }
        return text.toString();
    }
}
