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
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.tminus.evaluation.EvaluationException;
import org.tminus.evaluation.EvaluationProgress;
import org.tminus.evaluation.EvaluationResult.Memory;
import org.tminus.evaluation.MemoryOfWay;
import org.tminus.evaluation.MemoryReading;
import org.tminus.evaluation.measure.InputFile;
import org.tminus.evaluation.measure.Inputs;
import org.tminus.learning.outcome.Choices;
import org.tminus.model.OperatingPoint;

/** Measures what memory full depth, static models and adaptive ways take, each in processes of its own. */
public final class MemoryComparison {
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
     * Of full depth, of the static ways, of the headline and of the model's default operating point.
     *
     * @throws EvaluationException if the thread is interrupted
     * @throws CancellationException if the progress says so
     */
    public Memory of(List<Way> ways, Optional<Way> headline, Inputs inputs, EvaluationProgress progress)
            throws EvaluationException {
        String best = headline.map(Way::name).orElse("");
        Double full = null;
        Double adaptive = null;
        List<MemoryOfWay> all = new ArrayList<>();
        for (Way way : ways) {
            boolean isFull = way.kind().equals(Kind.FULL);
            boolean isBest = way.name().equals(best);
            if (isFull || isBest || way.kind().equals(Kind.STATIC) || isDefault(way)) {
                MemoryOfWay measured = measure(way, inputs, progress);
                if (measured != null) {
                    all.add(measured);
                    full = isFull ? (Double) measured.peakMiB() : full;
                    adaptive = isBest ? (Double) measured.peakMiB() : adaptive;
                }
            }
        }
        return new Memory(full, adaptive, all);
    }

    private boolean isDefault(Way way) {
        return subject.model()
                .defaultOperatingPoint()
                .map(OperatingPoint::name)
                .filter(name -> name.equals(way.operatingPoint()))
                .isPresent();
    }

    private @Nullable MemoryOfWay measure(Way way, Inputs inputs, EvaluationProgress progress)
            throws EvaluationException {
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
            MemoryReading withArena = run(way, serving, true, file, progress);
            return withArena == null
                    ? null
                    : MemoryOfWay.of(way.name(), withArena, run(way, serving, false, file, progress));
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

    private @Nullable MemoryReading run(Way way, Serving serving, boolean arena, Path file, EvaluationProgress progress)
            throws IOException, EvaluationException {
        Path model = subject.file("model.json").map(Path::getParent).orElseThrow();
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(MemoryProbe.JVM_OPTIONS);
        command.addAll(List.of("-cp", System.getProperty("java.class.path", ""), MemoryProbe.class.getName()));
        command.add(String.valueOf(arena));
        command.add(model.toString());
        command.add(file.toString());
        command.addAll(MemoryProbe.arguments(serving));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().putAll(MemoryProbe.ENVIRONMENT);
        Process process = builder.start();
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
        String line =
                at < 0 ? "" : said.substring(at + MemoryProbe.RESULT.length()).strip();
        if (at < 0 || line.equals(MemoryProbe.UNTOLD)) {
            notes.add("Peak memory of '" + way.name() + "' was not measured: "
                    + (at < 0 ? "its process failed." : "the system does not tell it."));
            return null;
        }
        return MemoryReading.parse(line);
    }
}
