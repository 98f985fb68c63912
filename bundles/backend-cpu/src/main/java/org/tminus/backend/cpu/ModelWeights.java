/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.backend.cpu;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.tminus.failure.BackendException;
import org.tminus.model.AdaptiveModel;
import org.tminus.onnx.ExternalWeight;
import org.tminus.onnxruntime.MappedWeight;
import org.tminus.onnxruntime.OnnxRuntime;
import org.tminus.onnxruntime.SharedWeights;

/**
 * The weights of one model, as far as its native graphs have them in common: those that lie in files of their own. Held by
 * every chain and every native graph, so that the last one frees them. Thread-safe.
 */
final class ModelWeights extends RefCounted {
    private final SharedWeights shared;
    private final Path folder;
    private final NativeMemory memory;
    private final double sharedPart;
    /** Offset and file of each; text, since Java 17 keeps the class loader of the last record that was a key. */
    private final Set<String> counted = new HashSet<>();

    private long countedBytes;

    private ModelWeights(SharedWeights shared, Path folder, NativeMemory memory, double sharedPart) {
        this.shared = shared;
        this.folder = folder;
        this.memory = memory;
        this.sharedPart = sharedPart;
    }

    /** @throws BackendException if the library cannot make room for them */
    static ModelWeights of(AdaptiveModel model, ModelGraphs graphs, OnnxRuntime runtime, NativeMemory memory)
            throws BackendException {
        try {
            SharedWeights shared = runtime.newSharedWeights();
            double all = model.cost(model.fullDepth()).weightBytes();
            double common = graphs.externalWeights().stream()
                    .filter(ModelWeights::isShareable)
                    .mapToDouble(ExternalWeight::bytes)
                    .sum();
            double part = shared.isHeldOnce() && common > 0 ? Math.min(1, common / all) : 0;
            return new ModelWeights(shared, graphs.folder(), memory, part);
        } catch (OrtException e) {
            throw new BackendException(
                    "Model " + model.name() + " cannot be opened: " + e.getMessage() + ".",
                    "See whether the process has memory left.",
                    e);
        }
    }

    /** What a native graph with so many bytes of weights has for itself alone. */
    long own(long weightBytes) {
        return Math.round(weightBytes * (1 - sharedPart));
    }

    /** To be called by each holder, who calls {@link #release()} at the end. */
    void hold() {
        if (!acquire()) {
            throw new IllegalStateException("The weights of the model are freed");
        }
    }

    /** A session that shares these weights; whoever opens it holds them. */
    OrtSession newSession(byte[] graph, List<ExternalWeight> weights, SessionOptions options)
            throws IOException, OrtException {
        List<MappedWeight> mapped = new ArrayList<>();
        for (ExternalWeight weight : weights) {
            if (isShareable(weight)) {
                mapped.add(new MappedWeight(
                        weight.name(),
                        folder.resolve(weight.location()),
                        weight.offset(),
                        weight.bytes(),
                        Tensors.nativeType(weight.elementType()).orElseThrow(),
                        weight.shape()));
            }
        }
        OrtSession session = shared.newSession(graph, options, mapped);
        count(weights);
        shared.unload();
        return session;
    }

    private synchronized void count(List<ExternalWeight> weights) {
        for (ExternalWeight weight : weights) {
            if (isShareable(weight) && counted.add(weight.offset() + " " + weight.location())) {
                countedBytes += weight.bytes();
                memory.opened(weight.bytes());
            }
        }
    }

    /** The library reads its weights at whole multiples of an element's size. */
    private static boolean isShareable(ExternalWeight weight) {
        return weight.bytes() <= Integer.MAX_VALUE
                && weight.offset() % Long.BYTES == 0
                && Tensors.nativeType(weight.elementType()).isPresent();
    }

    @Override
    synchronized void free() {
        shared.close();
        memory.closedModel(countedBytes);
    }
}
