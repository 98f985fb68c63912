/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.tminus.trainer.pipeline.Regraph;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tminus regraph}. */
@Command(
        name = "regraph",
        description =
                "Puts another graph of the same model into a model file, such as its model.onnx after it was quantised"
                        + " or made float16. Exits, menu, predictor, policies and operating points stay; the certificate and what"
                        + " was measured do not.",
        mixinStandardHelpOptions = true)
final class RegraphCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "MODEL", description = "the model file (*.tminus)")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Path model;

    @Parameters(index = "1", paramLabel = "GRAPH", description = "the graph (*.onnx), with the same names of values")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Path graph;

    @Option(
            names = {"--output", "--out"},
            paramLabel = "FILE",
            description = "the model file to write; the graph's name with .tminus if not given")
    private @Nullable Path output;

    @Option(
            names = "--model-version",
            paramLabel = "VERSION",
            description = "version of the new model; the old one with a qualifier such as 'quantised' if not given")
    private @Nullable String version;

    @Override
    public Integer call() throws IOException {
        Path given = Main.absolute(graph);
        String name = String.valueOf(given.getFileName());
        String bare = name.endsWith(".onnx") ? name.substring(0, name.length() - ".onnx".length()) : name;
        Path target = output == null ? given.resolveSibling(bare + ".tminus") : Main.absolute(output);
        Regraph.Result result = Regraph.write(Main.absolute(model), given, version, target);
        System.out.printf(
                Locale.ROOT,
                "wrote %s: %s, %.1f MB of weights instead of %.1f; it has no certificate%n",
                target,
                result.precision(),
                result.weightsAfter() / 1e6,
                result.weightsBefore() / 1e6);
        return ExitCode.OK;
    }
}
