/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.tminus.evaluation.EvaluationException;
import org.tminus.evaluation.EvaluationProgress;
import org.tminus.evaluation.measure.Engine;
import org.tminus.evaluation.measure.Engines;
import org.tminus.evaluation.measure.InputFile;
import org.tminus.evaluation.measure.Inputs;
import org.tminus.evaluation.measure.Platform;
import org.tminus.failure.ModelFormatException;
import org.tminus.models.format.ModelPackage;
import org.tminus.onnxruntime.OnnxRuntime;
import org.tminus.onnxruntime.OnnxRuntimes;

/** From the start of a process to its first answer: Java, library, model and request. */
public final class Starts {
    private static final String ANSWERED = "answered";
    private static final int MOST_SECONDS = 120;

    private final Path model;
    private final Inputs inputs;
    private final List<String> notes;

    /**
     * @param model folder of the extracted model
     * @param notes receives why a figure is missing
     */
    Starts(Path model, Inputs inputs, List<String> notes) {
        this.model = model;
        this.inputs = inputs;
        this.notes = notes;
    }

    /** @param args engine, folder of the extracted model, its graph, and file of inputs; a library has its usual setting */
    public static void main(String[] args) throws IOException, ModelFormatException, EvaluationException {
        InputFile.Content content = InputFile.read(Path.of(args[3]));
        if (args[0].equals(BenchResult.FULL)) {
            OnnxRuntime runtime = OnnxRuntimes.standalone();
            new Platform(runtime, ModelPackage.load(Path.of(args[1])))
                    .serve("full", null, content.inputs().get(0));
        } else {
            Engine engine = Engines.named(args[0]);
            engine.load();
            engine.open(Path.of(args[2]), engine.settings().get(0))
                    .answer(content.inputs().get(0), 0);
        }
        System.out.println(ANSWERED);
        System.out.flush();
        // Threads of the platform must not keep the process alive.
        Runtime.getRuntime().halt(0);
    }

    /**
     * @param libraries beside the platform
     * @param times how often; 0 for not at all
     * @return medians in milliseconds by engine
     */
    Map<String, Double> measure(List<Engine> libraries, Path graph, int times, EvaluationProgress progress)
            throws EvaluationException {
        List<String> engines =
                new ArrayList<>(libraries.stream().map(Engine::name).toList());
        engines.add(BenchResult.FULL);
        Map<String, List<Double>> measured = new LinkedHashMap<>();
        Path file = null;
        try {
            file = Files.createTempFile("tminus-inputs", ".bin");
            InputFile.write(file, inputs.first(1), row -> 0);
            for (int time = 0; time < times; time++) {
                progress.reportOrStop("starting", time, times);
                for (String engine : List.copyOf(engines)) {
                    try {
                        measured.computeIfAbsent(engine, unseen -> new ArrayList<>())
                                .add(millis(engine, graph, file));
                    } catch (IOException e) {
                        engines.remove(engine);
                        measured.remove(engine);
                        notes.add("The start of " + engine + " was not measured: " + e.getMessage());
                    }
                }
            }
        } catch (IOException e) {
            notes.add("The start was not measured: " + e.getMessage());
            return Map.of();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EvaluationException("The benchmark was interrupted.", "Start it again.", e);
        } finally {
            delete(file);
        }
        Map<String, Double> medians = new LinkedHashMap<>();
        measured.forEach((engine, all) -> medians.put(
                engine,
                Race.median(all.stream().mapToDouble(Double::doubleValue).toArray())));
        return medians;
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

    private double millis(String engine, Path graph, Path file) throws IOException, InterruptedException {
        return millis(
                new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path", ""),
                        Starts.class.getName(),
                        engine,
                        model.toString(),
                        graph.toString(),
                        file.toString()),
                MOST_SECONDS);
    }

    /** @param mostSeconds a process that has not answered by then is ended, and is a failure */
    static double millis(ProcessBuilder builder, long mostSeconds) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        Process process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
        // Reading has no limit of its own, and ends with the process.
        CompletableFuture.delayedExecutor(mostSeconds, TimeUnit.SECONDS).execute(process::destroyForcibly);
        try (BufferedReader said =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String line = said.readLine();
            double millis = (System.nanoTime() - begin) / 1e6;
            if (!ANSWERED.equals(line)) {
                throw new IOException("a process that should answer failed, or took longer than " + mostSeconds + " s");
            }
            return millis;
        } finally {
            process.destroyForcibly().waitFor();
        }
    }
}
