/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.tminus.trainer.adapt.Adaptation;
import org.tminus.trainer.adapt.Request;
import org.tminus.trainer.pipeline.PipelineOptions.PolicyEffort;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tminus adapt static}. */
@Command(
        name = "static",
        description = {
            "Trains static models of some depths, as the baseline of a model that `adapt` made: the same beginning, data and"
                    + " epochs, with the finished model as their teacher. Give the options that it was adapted with;"
                    + " `evaluate --static` takes the models.",
            "Stopping it with Ctrl-C leaves a checkpoint; the same command goes on from there."
        },
        customSynopsis = "tminus adapt static MODEL.onnx --data PATH --depths N[,N...] [OPTIONS]",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        showDefaultValues = true)
final class AdaptStaticCommand implements Callable<Integer> {
    @Option(
            names = "--depths",
            paramLabel = "N",
            split = ",",
            required = true,
            showDefaultValue = Visibility.NEVER,
            description = "numbers of layers")
    private List<Integer> depths = List.of();

    @Option(
            names = "--model",
            paramLabel = "FILE",
            description = "the finished model; MODEL.tminus in this folder if not given")
    private @Nullable Path finished;

    @Option(
            names = {"--output", "--out"},
            paramLabel = "DIR",
            description = "folder for the models; 'static' beside the finished model if not given")
    private @Nullable Path output;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private AdaptOptions options;

    @Override
    public Integer call() throws IOException {
        return AdaptOptions.explained(this::train);
    }

    private int train() throws IOException {
        Path full = finished == null ? options.finished() : AdaptOptions.given("--model", finished);
        if (!Files.isRegularFile(full)) {
            throw new IOException("there is no finished model " + full + "; adapt it first, or name it with --model");
        }
        Path folder = output == null ? full.resolveSibling("static") : AdaptOptions.given("--output", output);
        String numbers = depths.stream().map(String::valueOf).collect(Collectors.joining(","));
        Request request = options.request(
                full,
                // What is written goes there, so that is where room is looked for.
                folder.resolve("static.tminus"),
                Optional.empty(),
                PolicyEffort.NONE,
                "",
                "./tminus adapt static " + options.asTyped() + " --depths " + numbers);
        ConsoleProgress progress = new ConsoleProgress(System.out, Main.isTerminal());
        Adaptation adaptation = Adaptation.prepare(request, progress);
        try (StopOnExit stop = new StopOnExit()) {
            boolean done = adaptation.trainStatics(full, depths, folder, progress, stop::isStopping);
            if (!done) {
                System.out.println("stopped; the same command goes on from here");
            }
            return done ? ExitCode.OK : StopOnExit.INTERRUPTED;
        }
    }
}
