/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.tminus.onnx.GraphAnalysis;
import org.tminus.onnx.OnnxFormatException;
import org.tminus.onnx.OnnxModel;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says what adaptive depth could save on a model. */
@Command(
        name = "inspect",
        description =
                "Shows a model's signature, the blocks and layers found, which of them can be skipped, what each costs,"
                        + " and what adaptive depth could save at best. The file is only read.",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "Exit status:%n",
        exitCodeList = {"0:the model was inspected, with or without layers to skip", "2:the file cannot be used"})
final class InspectCommand implements Callable<Integer> {

    private static final long LONGEST = 1L << 20;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(index = "0", paramLabel = "MODEL.onnx", description = "The model.")
    private Path file = Path.of("");

    @Option(names = "--json", paramLabel = "FILE", description = "Also write the findings to this file.")
    private @Nullable Path json;

    @Option(
            names = "--length",
            paramLabel = "N",
            description = "The sequence length that the table is for (128, or less if the model takes less).")
    private @Nullable Long length;

    @Override
    public Integer call() throws IOException {
        Long asked = length;
        if (asked != null && (asked < 1 || asked > LONGEST)) {
            throw new ParameterException(
                    spec.commandLine(), "--length must be between 1 and " + LONGEST + ", not " + asked);
        }
        InspectReport report;
        try {
            OnnxModel model = OnnxModel.read(file);
            report = InspectReport.of(file, model, GraphAnalysis.analyze(model), asked);
        } catch (OnnxFormatException e) {
            throw new UnusableFileException(
                    file + " cannot be used. " + Failures.sentence(e.getMessage()) + " " + e.advice(), e);
        } catch (OutOfMemoryError e) {
            throw new UnusableFileException(
                    file + " cannot be used. It needs more memory than Java has; give it more with JAVA_OPTS=-Xmx8g.",
                    e);
        }
        PrintWriter out = spec.commandLine().getOut();
        out.print(InspectTable.render(report));
        out.flush();
        if (json != null) {
            report.write(json);
            PrintWriter err = spec.commandLine().getErr();
            err.println("tminus: the findings are in " + json);
            err.flush();
        }
        return CommandLine.ExitCode.OK;
    }
}
