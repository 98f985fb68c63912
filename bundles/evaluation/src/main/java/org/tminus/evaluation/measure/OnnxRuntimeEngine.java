/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.measure;

import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.tminus.evaluation.EvaluationException;
import org.tminus.evaluation.ort.OrtGraph;
import org.tminus.evaluation.ort.Threads;
import org.tminus.onnxruntime.NativeLibraryException;
import org.tminus.onnxruntime.OnnxRuntime;
import org.tminus.onnxruntime.OnnxRuntimes;

/** Plain ONNX Runtime, in all combinations of threads and optimisations that may be the fastest. */
public final class OnnxRuntimeEngine implements Engine {
    /** As figures name it. */
    public static final String NAME = "onnxruntime";

    private record Setting(Threads threads, OptLevel optimisation) {}

    private static final Map<String, Setting> SETTINGS = new LinkedHashMap<>();

    static {
        for (Threads threads : List.of(Threads.OWN_POOL, Threads.PROCESS_POOL, Threads.ONE)) {
            SETTINGS.put(threads.description(), new Setting(threads, OptLevel.ALL_OPT));
            // Without the changes of layout, which do not pay everywhere.
            SETTINGS.put(
                    threads.description() + ", extended optimisations", new Setting(threads, OptLevel.EXTENDED_OPT));
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public void load() throws EvaluationException {
        try {
            OnnxRuntimes.standalone();
        } catch (NativeLibraryException e) {
            throw new EvaluationException(
                    "ONNX Runtime cannot be loaded: " + e.getMessage(), "See docs/architecture.md for platforms.", e);
        }
    }

    @Override
    public String version() {
        return OnnxRuntimes.standalone().version();
    }

    @Override
    public List<String> settings() {
        return List.copyOf(SETTINGS.keySet());
    }

    @Override
    public Server open(Path graph, String setting) throws EvaluationException {
        OnnxRuntime runtime = OnnxRuntimes.standalone();
        Setting chosen = Objects.requireNonNull(SETTINGS.get(setting), setting);
        OrtGraph opened = OrtGraph.of(runtime, NAME, graph, chosen.threads(), chosen.optimisation());
        return new PlainServer(runtime, opened, opened.outputName());
    }
}
