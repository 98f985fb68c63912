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
    private static final int ROUNDS = 8;
    private static final int ROUND = 15;

    /** Tries every setting on the same inputs, in turns; the first round of each is not counted. */
    public static PlainSettings choose(OnnxRuntime runtime, Path model, Inputs inputs) throws EvaluationException {
        Map<Threads, PlainServer> servers = new EnumMap<>(Threads.class);
        Map<Threads, Double> single = new EnumMap<>(Threads.class);
        Map<Threads, Double> loaded = new EnumMap<>(Threads.class);
        try (Load load = new Load()) {
            for (Threads threads : Threads.values()) {
                OrtGraph graph = OrtGraph.of(runtime, threads.description(), model, threads);
                servers.put(threads, new PlainServer(runtime, graph, graph.outputName()));
            }
            int count = Math.min(ROUND, inputs.size());
            for (int round = 0; round <= ROUNDS; round++) {
                int first = (int) ((long) round * (inputs.size() - count) / ROUNDS);
                for (Map.Entry<Threads, PlainServer> entry : servers.entrySet()) {
                    PlainServer server = entry.getValue();
                    // Threads of the setting before may still wait actively.
                    server.answer(inputs.tensors().get(first), inputs.rows().get(first));
                    long start = System.nanoTime();
                    for (int i = first; i < first + count; i++) {
                        server.answer(inputs.tensors().get(i), inputs.rows().get(i));
                    }
                    double one = (System.nanoTime() - start) / 1e6 / count / ROUNDS;
                    double many = load.nanos(server, inputs, first, first + count) / 1e6 / count / ROUNDS;
                    if (round > 0) {
                        single.merge(entry.getKey(), one, Double::sum);
                        loaded.merge(entry.getKey(), many, Double::sum);
                    }
                }
            }
        } finally {
            servers.values().forEach(PlainServer::close);
        }
        Threads best = least(single);
        Threads bestLoaded = least(loaded);
        return new PlainSettings(
                best,
                bestLoaded,
                "single inputs with " + best.description() + " (tried: " + words(single) + "), full load with "
                        + bestLoaded.description() + " (tried: " + words(loaded) + ")");
    }

    private static Threads least(Map<Threads, Double> millis) {
        return millis.entrySet().stream()
                .min(Map.Entry.comparingByValue())
                .orElseThrow()
                .getKey();
    }

    private static String words(Map<Threads, Double> millis) {
        return millis.entrySet().stream()
                .map(entry ->
                        String.format(Locale.ROOT, "%s %.3f ms", entry.getKey().description(), entry.getValue()))
                .collect(Collectors.joining(", "));
    }
}
