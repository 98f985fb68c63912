/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.cli;

import java.io.PrintWriter;
import org.tminus.cli.demo.DemoCommand;
import org.tminus.cli.storm.StormCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;

/** Entry point of what {@code ./tminus} runs in Java. */
public final class Main {

    /** Commands that the launcher carries out itself or hands to the trainer; here for completion and help only. */
    private static final String[] LAUNCHER_COMMANDS = {
        "run", "shell", "train", "adapt", "rebuild", "regraph", "evaluate", "bench", "jmh", "version"
    };

    private Main() {}

    @Command(
            name = "tminus",
            description = "Transformers with just as much computation as each input needs.",
            mixinStandardHelpOptions = true,
            synopsisSubcommandLabel = "COMMAND",
            subcommands = {
                InspectCommand.class,
                DemoCommand.class,
                StormCommand.class,
                CompletionCommand.class,
                CommandLine.HelpCommand.class
            })
    private static final class Top {}

    /** Runs one command and ends the process with its exit status. */
    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    /** The commands of the classes here. */
    static CommandLine commandLine() {
        return new CommandLine(new Top())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    PrintWriter err = command.getErr();
                    err.println("tminus: " + Failures.sentence(failure));
                    if (Boolean.getBoolean("tminus.debug")) {
                        failure.printStackTrace(err);
                    }
                    err.flush();
                    return failure instanceof UnusableFileException
                            ? CommandLine.ExitCode.USAGE
                            : CommandLine.ExitCode.SOFTWARE;
                });
    }

    /** All commands of the launcher, by name at least. */
    static CommandLine launcherCommandLine() {
        CommandLine all = commandLine();
        for (String name : LAUNCHER_COMMANDS) {
            all.addSubcommand(name, CommandSpec.create());
        }
        return all;
    }
}
