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
import java.util.concurrent.TimeUnit;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;
import org.tminus.evaluation.EvaluationException;
import org.tminus.evaluation.EvaluationProgress;
import org.tminus.evaluation.MemoryOfWay;
import org.tminus.evaluation.MemoryReading;
import org.tminus.evaluation.measure.InputFile;
import org.tminus.evaluation.measure.Inputs;

/** Measures what memory it takes to answer in one way, in processes of their own. Used by one thread. */
public final class MemoryProcess {
    private static final int MOST_SECONDS = 300;

    private final Path model;
    private final List<String> notes;

    /**
     * @param model folder of the extracted model
     * @param notes receives why a figure is missing
     */
    public MemoryProcess(Path model, List<String> notes) {
        this.model = model;
        this.notes = notes;
    }

    /**
     * Answers all inputs twice, in one process with the runtime's arena and in one without.
     *
     * @param way for people
     * @param paths by example the menu index of the path that was decided, for {@link Serving.Chosen}
     * @return null if it could not be measured; the notes say why
     * @throws EvaluationException if the thread is interrupted
     */
    public @Nullable MemoryOfWay measure(
            String way, Serving serving, IntUnaryOperator paths, Inputs inputs, EvaluationProgress progress)
            throws EvaluationException {
        return measure(way, serving, true, paths, inputs, progress);
    }

    /** The peak alone, as {@link #measure} has it, in one process. */
    public @Nullable Double peakMiB(
            String way, Serving serving, IntUnaryOperator paths, Inputs inputs, EvaluationProgress progress)
            throws EvaluationException {
        MemoryOfWay measured = measure(way, serving, false, paths, inputs, progress);
        return measured == null ? null : (Double) measured.peakMiB();
    }

    private @Nullable MemoryOfWay measure(
            String way,
            Serving serving,
            boolean inParts,
            IntUnaryOperator paths,
            Inputs inputs,
            EvaluationProgress progress)
            throws EvaluationException {
        Path file = null;
        try {
            file = Files.createTempFile("tminus-inputs", ".bin");
            InputFile.write(file, inputs, paths);
            MemoryReading withArena = run(way, serving, true, file, progress);
            return withArena == null
                    ? null
                    : MemoryOfWay.of(way, withArena, inParts ? run(way, serving, false, file, progress) : null);
        } catch (IOException | UncheckedIOException e) {
            notes.add("Peak memory of '" + way + "' was not measured: " + e.getMessage());
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

    private @Nullable MemoryReading run(
            String way, Serving serving, boolean arena, Path file, EvaluationProgress progress)
            throws IOException, EvaluationException {
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
                progress.reportOrStop("measuring memory of " + way, waited, MOST_SECONDS);
                if (waited == MOST_SECONDS) {
                    notes.add("Peak memory of '" + way + "' was not measured: the process took too long.");
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
            notes.add("Peak memory of '" + way + "' was not measured: "
                    + (at < 0 ? "its process failed." : "the system does not tell it."));
            return null;
        }
        return MemoryReading.parse(line);
    }
}
