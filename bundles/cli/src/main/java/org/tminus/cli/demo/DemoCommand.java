/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.cli.demo;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.tminus.cli.container.ProgressDisplay;
import org.tminus.demo.report.DemoFiles;
import org.tminus.demo.report.DemoReport;
import org.tminus.demo.report.ReportTable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The demo as a command: prints the table, and writes the figures as JSON if asked. */
@Command(
        name = "demo",
        description = {
            "Starts a container, deploys the reference model, answers test images from several threads under each policy,"
                    + " swaps policies while requests run, and prints a table. Leaves nothing behind."
        },
        mixinStandardHelpOptions = true,
        showDefaultValues = true)
public final class DemoCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--json", paramLabel = "FILE", description = "Also write the figures to this file.")
    private @Nullable Path json;

    @Option(names = "--images", paramLabel = "N", description = "How many images each row answers.")
    private int images = 10_000;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "How many clients send at once; 0 means one per processor.")
    private int threads;

    @Option(names = "--seed", paramLabel = "N", description = "Seed of everything that is random.")
    private long seed = 1;

    @Option(
            names = "--model",
            paramLabel = "FILE",
            description = "The .tminus file to deploy (the reference model if left out).")
    private @Nullable Path model;

    @Option(
            names = "--data",
            paramLabel = "FOLDER",
            description = "Where the images and labels are, as IDX files (the project's if left out).")
    private @Nullable Path data;

    @Option(
            names = "--static",
            paramLabel = "FOLDER",
            description = "Static models (*.onnx) to compare with (those beside the model if left out).")
    private @Nullable Path statics;

    @Option(
            names = "--skip-memory",
            description = "Do not measure memory, which takes a container of its own for each row.")
    private boolean skipMemory;

    @Option(names = "--keep", description = "Keep the work folder, with the container's logs.")
    private boolean keep;

    @Override
    public Integer call() throws IOException, InterruptedException {
        DemoSettings settings = DemoSettings.of(
                property("tminus.home"),
                property("tminus.distribution"),
                model,
                data,
                statics,
                images,
                threads,
                seed,
                !skipMemory,
                keep);
        if (json != null && Files.isDirectory(json)) {
            throw new IOException(json + " is a folder; name a file for the figures");
        }
        PrintWriter err = spec.commandLine().getErr();
        DemoReport report =
                new DemoRun(settings, new ProgressDisplay(err, Boolean.getBoolean("tminus.terminal"))).run();
        PrintWriter out = spec.commandLine().getOut();
        out.print(ReportTable.render(report));
        out.flush();
        if (keep) {
            err.println("tminus: the work folder is " + settings.workFolder());
            err.flush();
        }
        if (json != null) {
            DemoFiles.write(json, report);
            err.println("tminus: the figures are in " + json);
            err.flush();
        }
        if (report.swaps().failedRequests() > 0) {
            err.println("tminus: " + report.swaps().failedRequests() + " requests failed");
            err.flush();
        }
        return report.swaps().failedRequests() == 0 ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    private static Path property(String name) throws IOException {
        String value = System.getProperty(name);
        if (value == null) {
            throw new IOException(
                    "the demo is started by ./tminus demo, which says where things are (no " + name + ")");
        }
        return Path.of(value);
    }
}
