/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.tminus.tasks.EmbeddingCorpus;
import org.tminus.trainer.pipeline.EmbeddingTrunk;
import org.tminus.trainer.pipeline.FolderLock;
import org.tminus.trainer.pipeline.GraphTrunkStage;
import org.tminus.trainer.pipeline.Recipe;
import org.tminus.trainer.pipeline.Recipes;
import org.tminus.trainer.pipeline.StaticBaselines;
import org.tminus.trainer.pipeline.VitStatics;
import org.tminus.trainer.pipeline.VitTrunk;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tminus train static}. */
@Command(
        name = "static",
        description = {
            "Trains static models of some depths, as the baseline of an adaptive one: the same beginning, data and epochs,"
                    + " with the finished model as their teacher.",
            "Stopping it with Ctrl-C leaves a checkpoint; the same command goes on from there."
        },
        customSynopsis = "tminus train static TASK --depths N[,N...] [OPTIONS]",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        showDefaultValues = true)
final class TrainStaticCommand implements Callable<Integer> {
    @Parameters(paramLabel = "TASK", description = "the task")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private String name;

    @Option(
            names = "--depths",
            paramLabel = "N",
            split = ",",
            required = true,
            showDefaultValue = Visibility.NEVER,
            description = "numbers of layers")
    private List<Integer> depths = List.of();

    @Option(names = "--model", paramLabel = "FILE", description = "the finished model; TASK.tminus if not given")
    private @Nullable Path model;

    @Option(
            names = {"--output", "--out"},
            paramLabel = "DIR",
            description = "folder for the models; 'static' beside the finished model if not given")
    private @Nullable Path output;

    @Option(
            names = "--alone",
            description = "no teacher: at full depth this shows what its exits cost the finished model")
    private boolean alone;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private TaskOptions task;

    @Override
    @SuppressWarnings("try") // the folder is held by being open
    public Integer call() throws IOException {
        if (alone && name.equals(EmbeddingCorpus.NAME)) {
            throw new IOException("models of " + name + " cannot be trained alone, since it has no labels to learn");
        }
        if (!Recipes.NAMES.contains(name)) {
            throw new IllegalArgumentException(
                    "there is no task '" + name + "'; known are " + String.join(", ", Recipes.NAMES));
        }
        Path full = Main.absolute(model == null ? Path.of(name + ".tminus") : model);
        if (!alone && !Files.isRegularFile(full)) {
            throw new IOException("there is no finished model " + full + "; train it first, or name it with --model");
        }
        Recipe recipe = Recipes.of(name, task.choices(name, null));
        if (alone && recipe.trunk() instanceof VitTrunk) {
            throw new IOException("models of " + name + " cannot be trained alone, only with the finished model");
        }
        StringBuilder text = new StringBuilder();
        depths.forEach(depth -> text.append(text.isEmpty() ? "" : ",").append(depth));
        String command =
                "./tminus train static " + name + " --depths " + text + (alone ? " --alone" : "") + task.asTyped();
        Path folder = output == null ? full.resolveSibling("static") : Main.absolute(output);
        ConsoleProgress progress = new ConsoleProgress(System.out, Main.isTerminal());
        try (FolderLock lock = FolderLock.of(task.work(name));
                StopOnExit stop = new StopOnExit()) {
            boolean done;
            if (recipe.trunk() instanceof VitTrunk trunk) {
                done = new VitStatics(trunk, folder, command, progress)
                        .train(depths, task.work(name), stop::isStopping);
            } else {
                StaticBaselines.Begin begin = recipe.trunk() instanceof GraphTrunkStage trunk
                        ? StaticBaselines.Begin.of(trunk)
                        : StaticBaselines.Begin.of((EmbeddingTrunk) recipe.trunk());
                done = StaticBaselines.train(
                        recipe.header().name(),
                        recipe.data(),
                        begin,
                        alone ? null : full,
                        depths,
                        folder,
                        task.work(name),
                        command,
                        progress,
                        stop::isStopping);
            }
            if (!done) {
                System.out.println("stopped; the same command goes on from here");
            }
            return done ? ExitCode.OK : StopOnExit.INTERRUPTED;
        }
    }
}
