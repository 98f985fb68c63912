/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.tminus.trainer.adapt.Adaptation;
import org.tminus.trainer.adapt.ExpectedTime;
import org.tminus.trainer.adapt.Request;
import org.tminus.trainer.pipeline.Pipeline;
import org.tminus.trainer.pipeline.PipelineOptions.PolicyEffort;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tminus adapt MODEL.onnx --data PATH}: people's own model and data. */
@Command(
        name = "adapt",
        description = {
            "Makes your own ONNX model adaptive with your own data: checks both, says what to expect, trains exits, predictor"
                    + " and policies, certifies, and writes a model file.",
            "Data: a folder with a folder of pictures per class; texts as CSV, TSV or JSONL, with the tokenizer.json of"
                    + " the model; or the model's inputs as numbers, as JSONL.",
            "Stopping it with Ctrl-C keeps what is done; the same command goes on from there."
        },
        customSynopsis = "tminus adapt MODEL.onnx --data PATH [OPTIONS]",
        subcommands = AdaptStaticCommand.class,
        mixinStandardHelpOptions = true,
        sortOptions = false,
        showDefaultValues = true)
final class AdaptCommand implements Callable<Integer> {
    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private AdaptOptions options;

    @Option(
            names = {"--output", "--out"},
            paramLabel = "FILE",
            description = "the model file to write; MODEL.tminus in this folder if not given")
    private @Nullable Path output;

    @Option(names = "--dry-run", description = "check and say what to expect, and train nothing")
    private boolean dryRun;

    @Option(
            names = {"-y", "--yes"},
            description = "do not ask before training; nothing is asked without a terminal")
    private boolean yes;

    @ArgGroup(validate = false, order = 4, heading = "%nWhat is decided and stated:%n")
    private Deciding deciding = new Deciding();

    private static final class Deciding {
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

        @Option(
                names = "--data-since",
                paramLabel = "DATE",
                description =
                        "none of the data is from before this day or time (UTC), such as 2026-01-31; the certificate"
                                + " says so, which a point that was withdrawn at run time needs to count again")
        private @Nullable String dataSince;

        @Option(names = "--licence", paramLabel = "TEXT", description = "licence that the model file states")
        private String licence = "unknown";
    }

    @Override
    public Integer call() throws IOException {
        return AdaptOptions.explained(this::adapt);
    }

    private int adapt() throws IOException {
        PrintStream out = System.out;
        ConsoleProgress progress = new ConsoleProgress(out, Main.isTerminal());
        Adaptation adaptation = Adaptation.prepare(request(), progress);
        adaptation.words().forEach(out::println);
        if (adaptation.isBegun()) {
            out.println("time    goes on from what is in the work folder");
        } else {
            out.println("        trying a few steps of each stage to see how long they take ...");
            try (StopOnExit stop = new StopOnExit()) {
                ExpectedTime expected = adaptation.expectedTime(progress, stop::isStopping);
                if (expected != null) {
                    out.println("time    " + expected.sentence());
                }
                if (stop.isStopping()) {
                    adaptation.forget();
                    out.println("stopped; nothing was trained");
                    return StopOnExit.INTERRUPTED;
                }
            }
        }
        if (dryRun) {
            adaptation.forget();
            return ExitCode.OK;
        }
        // Whoever ends the process while it asks ends it at once.
        if (!yes && Main.isTerminal() && !isWanted(out)) {
            adaptation.forget();
            out.println("nothing was trained");
            return ExitCode.OK;
        }
        try (StopOnExit stop = new StopOnExit()) {
            Pipeline.Result result = adaptation.run(progress, stop::isStopping);
            if (result == null) {
                out.println("stopped; the same command goes on from here");
                return StopOnExit.INTERRUPTED;
            }
            out.print(ResultTable.of(result));
            return ExitCode.OK;
        }
    }

    private Request request() throws IOException {
        Optional<Instant> since = Optional.ofNullable(deciding.dataSince).map(AdaptCommand::time);
        Path file = output == null ? options.finished() : AdaptOptions.given("--output", output);
        return options.request(
                file,
                file,
                since,
                Numbers.effort(deciding.policySeeds, deciding.policyUpdates),
                deciding.licence,
                "./tminus adapt " + options.asTyped()
                        + since.map(time -> " --data-since " + time).orElse(""));
    }

    /** @param given a day or a time in UTC */
    static Instant time(String given) {
        Instant time;
        try {
            time = given.contains("T")
                    ? Instant.parse(given)
                    : LocalDate.parse(given).atStartOfDay(ZoneOffset.UTC).toInstant();
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(
                    "--data-since is a day or a time in UTC, such as 2026-01-31 or 2026-01-31T08:30:00Z, not '" + given
                            + "'.",
                    e);
        }
        if (time.isAfter(Instant.now())) {
            throw new IllegalArgumentException("--data-since is in the future: " + given + ".");
        }
        return time;
    }

    private static boolean isWanted(PrintStream out) throws IOException {
        out.print("Go on? [Y/n] ");
        out.flush();
        String answer = new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset())).readLine();
        return answer != null && !answer.strip().toLowerCase(Locale.ROOT).startsWith("n");
    }
}
