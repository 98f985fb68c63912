/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer;

import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.tminus.trainer.graph.DivergedException;
import org.tminus.trainer.pipeline.Recipes;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line of the trainer: {@code train TASK}, {@code train static TASK}, {@code adapt}, {@code rebuild}, {@code regraph}, {@code evaluate}
 * and {@code bench}. */
@Command(
        name = "tminus",
        description = "Trains and measures adaptive models.",
        mixinStandardHelpOptions = true,
        subcommands = {
            AdaptCommand.class,
            RebuildCommand.class,
            RegraphCommand.class,
            EvaluateCommand.class,
            BenchCommand.class
        })
public final class Main implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    private Main() {}

    /** What can be trained. */
    @Command(
            name = "train",
            description = "Trains a model.",
            mixinStandardHelpOptions = true,
            subcommands = {TrainStaticCommand.class})
    static final class Train implements Callable<Integer> {
        @Spec
        @SuppressWarnings("NullAway.Init") // picocli sets it
        private CommandSpec spec;

        @Override
        public Integer call() {
            spec.commandLine().usage(spec.commandLine().getErr());
            return CommandLine.ExitCode.USAGE;
        }
    }

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return CommandLine.ExitCode.USAGE;
    }

    /** Runs the command line and ends the process with its status. */
    public static void main(String[] arguments) {
        System.exit(execute(arguments));
    }

    static int execute(String... arguments) {
        CommandLine train = new CommandLine(new Train());
        for (String task : Recipes.NAMES) {
            train.addSubcommand(task, TrainCommand.of(task));
        }
        CommandLine line = new CommandLine(new Main()).addSubcommand(train);
        line.setExecutionExceptionHandler((exception, command, parsed) -> {
            PrintWriter err = command.getErr();
            err.println(message(exception));
            if (!(exception instanceof IOException)
                    && !(exception instanceof IllegalArgumentException)
                    && !(exception instanceof DivergedException)) {
                exception.printStackTrace(err);
            }
            return CommandLine.ExitCode.SOFTWARE;
        });
        line.setParameterExceptionHandler((exception, parsed) -> {
            CommandLine command = exception.getCommandLine();
            PrintWriter err = command.getErr();
            String text = String.valueOf(exception.getMessage());
            if (command.getCommand() instanceof Train && exception instanceof UnmatchedArgumentException unmatched) {
                text = "There is no task '" + unmatched.getUnmatched().get(0) + "' to train; known are "
                        + String.join(", ", Recipes.NAMES) + ", and 'static' for baselines";
            }
            err.println("error: " + text + (text.endsWith(".") ? "" : "."));
            // The whole help would push this out of sight.
            err.print("Usage: " + command.getHelp().synopsis(0));
            err.println("All options: ./" + command.getCommandSpec().qualifiedName() + " --help");
            return CommandLine.ExitCode.USAGE;
        });
        return line.execute(arguments);
    }

    private static String message(Exception exception) {
        String text = exception.getMessage();
        if (exception instanceof NoSuchFileException missing && missing.getReason() == null) {
            return "error: there is no file " + missing.getFile();
        }
        return "error: " + (text == null ? exception.toString() : text);
    }

    /** Whether the output goes to a terminal that understands drawing over a line. */
    @SuppressWarnings("SystemConsoleNull") // what newer versions answer is asked below
    static boolean isTerminal() {
        Console console = System.console();
        if (console == null || "dumb".equals(System.getenv("TERM"))) {
            return false;
        }
        try {
            // Since Java 22 there is a console even if nothing of it is a terminal, and a method that tells.
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException e) {
            return true;
        }
    }

    static Path absolute(Path path) {
        return path.toAbsolutePath().normalize();
    }
}
