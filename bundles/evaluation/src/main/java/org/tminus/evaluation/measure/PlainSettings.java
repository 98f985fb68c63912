/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.measure;

import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.tminus.evaluation.EvaluationException;
import org.tminus.evaluation.ort.OrtGraph;
import org.tminus.evaluation.ort.Threads;
import org.tminus.onnxruntime.OnnxRuntime;

/**
 * The settings that make plain ONNX Runtime fastest on a model here, so that the platform is compared with the best of it.
 *
 * @param single for inputs one after the other
 * @param load for one client per processor
 * @param description what was tried, for people
 */
public record PlainSettings(Threads single, Threads load, String description) {
    /** Tries every setting on the same inputs. */
    public static PlainSettings choose(OnnxRuntime runtime, Path model, Inputs inputs) throws EvaluationException {
        Map<Threads, PlainServer> servers = new EnumMap<>(Threads.class);
        try (Load load = new Load()) {
            for (Threads threads : Threads.values()) {
                OrtGraph graph = OrtGraph.of(runtime, threads.description(), model, threads);
                servers.put(threads, new PlainServer(runtime, graph, graph.outputName()));
            }
            return of(new Trial<Threads>(inputs, load, System::nanoTime).run(servers));
        } finally {
            servers.values().forEach(PlainServer::close);
        }
    }

    private static PlainSettings of(Trial.Medians<Threads> medians) {
        Threads single = medians.bestSingle();
        Threads load = medians.bestLoaded();
        return new PlainSettings(
                single,
                load,
                "single inputs with " + single.description() + " (tried: " + words(medians.single())
                        + "), full load with " + load.description() + " (tried: " + words(medians.loaded())
                        + "; medians of " + Trial.ROUNDS + " rounds each)");
    }

    private static String words(Map<Threads, Double> millis) {
        return millis.entrySet().stream()
                .map(entry ->
                        String.format(Locale.ROOT, "%s %.3f ms", entry.getKey().description(), entry.getValue()))
                .collect(Collectors.joining(", "));
    }
}
