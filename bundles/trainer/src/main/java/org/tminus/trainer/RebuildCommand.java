/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.tminus.trainer.pipeline.RebuildFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tminus rebuild}. */
@Command(
        name = "rebuild",
        description =
                "Makes a model file of its change (*.change) and the pretrained encoder that it was made from; the"
                        + " result is the same to the last bit.",
        mixinStandardHelpOptions = true)
final class RebuildCommand implements Callable<Integer> {
    @Parameters(paramLabel = "CHANGE", description = "the file of the change")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Path change;

    @Option(
            names = {"--output", "--out"},
            paramLabel = "FILE",
            description = "the model file to write; the same name with .tminus if not given")
    private @Nullable Path output;

    @Option(
            names = "--encoders",
            paramLabel = "DIR",
            description = "folder with the encoder's jar; if not given, the local Maven repository")
    private @Nullable Path encoders;

    @Override
    public Integer call() throws IOException {
        Path file = Main.absolute(change);
        String name = String.valueOf(file.getFileName());
        String bare = name.endsWith(RebuildFile.EXTENSION)
                ? name.substring(0, name.length() - RebuildFile.EXTENSION.length())
                : name;
        Path target = output == null ? file.resolveSibling(bare + ".tminus") : Main.absolute(output);
        RebuildFile.rebuild(file, Optional.ofNullable(encoders), target);
        System.out.println("wrote " + target);
        return ExitCode.OK;
    }
}
