/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.tminus.trainer.pipeline.FolderLock;
import org.tminus.trainer.pipeline.Pipeline;
import org.tminus.trainer.pipeline.PipelineOptions;
import org.tminus.trainer.pipeline.PipelineOptions.PolicyEffort;
import org.tminus.trainer.pipeline.Recipe;
import org.tminus.trainer.pipeline.Recipes;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tminus train TASK}: one class for all tasks, which differ in their recipes. */
@Command(mixinStandardHelpOptions = true, abbreviateSynopsis = true, sortOptions = false, showDefaultValues = true)
final class TrainCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(
            names = {"--output", "--out"},
            paramLabel = "FILE",
            description = "the model file to write; TASK.tminus if not given")
    private @Nullable Path output;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private TaskOptions task;

    @ArgGroup(validate = false, order = 2, heading = "%nWhat is trained:%n")
    private Parts parts = new Parts();

    private static final class Parts {
        @Option(
                names = "--trunk",
                paramLabel = "FILE",
                description = "keep the weights of this model file or change, and decide all else anew")
        private @Nullable Path trunk;

        @Option(
                names = "--policy-seeds",
                paramLabel = "N",
                description = "trainings of each learned policy; 0 for none")
        private int policySeeds = PolicyEffort.STANDARD.seeds();

        @Option(
                names = "--policy-updates",
                paramLabel = "N",
                description = "updates of each training of a learned policy; 0 for none")
        private int policyUpdates = PolicyEffort.STANDARD.updates();
    }

    /** The command of a task. */
    static CommandLine of(String task) {
        CommandLine command = new CommandLine(new TrainCommand());
        command.getCommandSpec()
                .usageMessage()
                .description(
                        "Trains the reference model that " + Recipes.subject(task) + ".",
                        "Layers and exits, path menu, predictor, policies, operating points, certificate. Stopping it with"
                                + " Ctrl-C keeps what is done; the same command goes on from there.");
        return command;
    }

    private String kept() {
        return parts.trunk == null ? "" : " --trunk " + parts.trunk.getFileName();
    }

    @Override
    @SuppressWarnings("try") // the folder is held by being open
    public Integer call() throws IOException {
        String name = spec.name();
        Path file = Main.absolute(output == null ? Path.of(name + ".tminus") : output);
        Reports.check("--output", file);
        PolicyEffort effort = Numbers.effort(parts.policySeeds, parts.policyUpdates);
        PipelineOptions options = new PipelineOptions(
                file, task.work(name), "./tminus train " + name + task.asTyped() + kept(), task.seed(), effort);
        PrintStream out = System.out;
        ConsoleProgress progress = new ConsoleProgress(out, Main.isTerminal());
        Recipes.Choices choices = task.choices(name, parts.trunk);
        progress.message("reading the data of " + name);
        Recipe recipe = Recipes.of(name, choices);
        try (FolderLock lock = FolderLock.of(options.workFolder());
                StopOnExit stop = new StopOnExit()) {
            Pipeline.Result result = Pipeline.run(recipe, options, progress, stop::isStopping);
            if (result == null) {
                out.println("stopped; the same command goes on from here");
                return StopOnExit.INTERRUPTED;
            }
            out.print(ResultTable.of(result));
            return ExitCode.OK;
        }
    }
}
