/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.method;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.tminus.evaluation.EvaluationException;
import org.tminus.evaluation.EvaluationProgress;
import org.tminus.evaluation.measure.InputFile;
import org.tminus.evaluation.measure.Inputs;
import org.tminus.learning.outcome.Choices;

/** Compares what full depth and an adaptive way take at their peak, each in a process of its own. */
public final class MemoryComparison {
    private static final double MIB = 1024.0 * 1024.0;
    private static final int INPUTS = 300;
    private static final int MOST_SECONDS = 300;

    private final Subject subject;
    private final List<String> notes;

    /** @param notes receives why a figure is missing */
    public MemoryComparison(Subject subject, List<String> notes) {
        this.subject = subject;
        this.notes = notes;
    }

    /**
     * Peak MiB of a way beyond a process without the model; null where it cannot be told.
     *
     * @throws EvaluationException if the thread is interrupted
     * @throws CancellationException if the progress says so
     */
    public @Nullable Double peakMiB(Way way, Inputs inputs, EvaluationProgress progress) throws EvaluationException {
        Serving serving = way.serving();
        if (serving == null) {
            return null;
        }
        Choices choices = way.choices();
        Path file = null;
        try {
            file = Files.createTempFile("tminus-inputs", ".bin");
            int count = Math.min(INPUTS, inputs.size());
            Inputs some =
                    new Inputs(inputs.rows().subList(0, count), inputs.tensors().subList(0, count));
            InputFile.write(file, some, row -> choices == null ? 0 : choices.path(row));
            return run(way, serving, file, progress);
        } catch (IOException | UncheckedIOException e) {
            notes.add("Peak memory of '" + way.name() + "' was not measured: " + e.getMessage());
            return null;
        } finally {
            delete(file);
        }
    }

    private static void delete(@Nullable Path file) {
        try {
            if (file != null) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            file.toFile().deleteOnExit();
        }
    }

    private @Nullable Double run(Way way, Serving serving, Path file, EvaluationProgress progress)
            throws IOException, EvaluationException {
        Path model = subject.file("model.json").map(Path::getParent).orElseThrow();
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:+UseSerialGC", "-Xmx1g", "-cp", System.getProperty("java.class.path", "")));
        command.add(MemoryProbe.class.getName());
        command.add(model.toString());
        command.add(file.toString());
        command.addAll(MemoryProbe.arguments(serving));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String said;
        try {
            for (int waited = 0; !process.waitFor(1, TimeUnit.SECONDS); waited++) {
                progress.reportOrStop("measuring memory of " + way.name(), waited, MOST_SECONDS);
                if (waited == MOST_SECONDS) {
                    notes.add("Peak memory of '" + way.name() + "' was not measured: the process took too long.");
                    return null;
                }
            }
            said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EvaluationException("The evaluation was interrupted.", "Start it again.", e);
        } finally {
            process.destroyForcibly();
        }
        int at = said.lastIndexOf(MemoryProbe.RESULT);
        long bytes = at < 0
                ? -1
                : Long.parseLong(
                        said.substring(at + MemoryProbe.RESULT.length()).strip());
        if (bytes < 0) {
            notes.add("Peak memory of '" + way.name() + "' was not measured: "
                    + (at < 0 ? "its process failed." : "the system does not tell it."));
            return null;
        }
        return bytes / MIB;
    }
}
