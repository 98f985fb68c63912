/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.cli.storm;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.tminus.cli.container.ProgressDisplay;
import org.tminus.demo.report.DemoFiles;
import org.tminus.storm.StormReport;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The storm as a command: prints what was found, and writes the figures as JSON if asked. */
@Command(
        name = "storm",
        description = {
            "Starts a container, deploys the reference model, and sends requests without pause while policies, predictors,"
                    + " backends and models are swapped and plugins misbehave. Checks every answer, and what is still"
                    + " held at the end. Leaves nothing behind."
        },
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        exitCodeListHeading = "Exit status:%n",
        exitCodeList = {"0:every promise was kept", "1:a promise was broken, or the storm could not be made"})
public final class StormCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--minutes", paramLabel = "N", description = "How long the storm lasts; parts of minutes are fine.")
    private double minutes = 10;

    @Option(names = "--json", paramLabel = "FILE", description = "Also write the figures to this file.")
    private @Nullable Path json;

    @Option(names = "--seed", paramLabel = "N", description = "Seed of everything that is random.")
    private long seed = 1;

    @Option(names = "--keep", description = "Keep the work folder, with the container's logs.")
    private boolean keep;

    @Override
    public Integer call() throws IOException, InterruptedException {
        StormSettings settings =
                StormSettings.of(property("tminus.home"), property("tminus.distribution"), minutes, seed, keep);
        if (json != null && Files.isDirectory(json)) {
            throw new IOException(json + " is a folder; name a file for the figures");
        }
        PrintWriter err = spec.commandLine().getErr();
        StormReport report =
                new ContainerStorm(settings, new ProgressDisplay(err, Boolean.getBoolean("tminus.terminal"))).run();
        PrintWriter out = spec.commandLine().getOut();
        out.print(StormTable.render(report));
        out.flush();
        if (keep) {
            err.println("tminus: the work folder is " + settings.workFolder());
        }
        if (json != null) {
            DemoFiles.write(json, report);
            err.println("tminus: the figures are in " + json);
        }
        report.brokenPromises().forEach(sentence -> err.println("tminus: broken: " + sentence));
        err.flush();
        return report.kept() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    private static Path property(String name) throws IOException {
        String value = System.getProperty(name);
        if (value == null) {
            throw new IOException(String.format(
                    Locale.ROOT, "the storm is started by ./tminus storm, which says where things are (no %s)", name));
        }
        return Path.of(value);
    }
}
