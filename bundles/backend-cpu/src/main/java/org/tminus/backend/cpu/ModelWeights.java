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
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.tminus.failure.BackendException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.Cost;
import org.tminus.model.Exit;
import org.tminus.model.Layer;
import org.tminus.onnx.ExternalWeight;
import org.tminus.onnxruntime.MappedWeight;
import org.tminus.onnxruntime.OnnxRuntime;
import org.tminus.onnxruntime.SharedWeights;

/**
 * The weights of one model, as far as its native graphs have them in common: those that lie in files of their own. Held by
 * every chain and every native graph, so that the last one frees them. Thread-safe.
 */
final class ModelWeights extends RefCounted {
    private static final String DISABLE_PREPACKING = "session.disable_prepacking";

    private final SharedWeights shared;
    private final Path folder;
    private final NativeMemory memory;
    private final double sharedPart;
    private final @Nullable WeightBudget budget;
    private final long reserved;
    /** Offset and file of each; text, since Java 17 keeps the class loader of the last record that was a key. */
    private final Set<String> counted = new HashSet<>();

    private long countedBytes;

    private ModelWeights(
            SharedWeights shared,
            Path folder,
            NativeMemory memory,
            double sharedPart,
            @Nullable WeightBudget budget,
            long reserved) {
        this.shared = shared;
        this.folder = folder;
        this.memory = memory;
        this.sharedPart = sharedPart;
        this.budget = budget;
        this.reserved = reserved;
    }

    /**
     * @param budget that they share with others; null for no bound
     * @throws BackendException if the library cannot make room for them, or the budget has none
     */
    static ModelWeights of(
            AdaptiveModel model,
            ModelGraphs graphs,
            OnnxRuntime runtime,
            NativeMemory memory,
            @Nullable WeightBudget budget)
            throws BackendException {
        long all = model.cost(model.fullDepth()).weightBytes();
        long common = graphs.externalWeights().stream()
                .filter(ModelWeights::isShareable)
                .mapToLong(ExternalWeight::bytes)
                .sum();
        long reserved = budget == null ? 0 : Math.max(0, partBytes(model).sum() - common);
        if (budget != null) {
            budget.reserve(model.name(), reserved, partBytes(model).max().orElse(0));
        }
        boolean made = false;
        try {
            SharedWeights shared = runtime.newSharedWeights();
            double part = shared.isHeldOnce() && common > 0 ? Math.min(1, (double) common / all) : 0;
            ModelWeights weights = new ModelWeights(shared, graphs.folder(), memory, part, budget, reserved);
            made = true;
            return weights;
        } catch (OrtException e) {
            throw new BackendException(
                    "Model " + model.name() + " cannot be opened: " + e.getMessage() + ".",
                    "See whether the process has memory left.",
                    e);
        } finally {
            if (budget != null && !made) {
                budget.giveBack(reserved);
            }
        }
    }

    /** Weights of the stem, of each layer and of each exit. */
    private static LongStream partBytes(AdaptiveModel model) {
        return Stream.of(
                        Stream.of(model.stem().cost()),
                        model.layers().stream().map(Layer::cost),
                        model.exits().stream().map(Exit::cost))
                .flatMap(costs -> costs)
                .mapToLong(Cost::weightBytes);
    }

    /** Whether there is a bound, so that only the part that runs needs to be in memory. */
    boolean isBounded() {
        return budget != null;
    }

    /** The weights of a graph under the bound; null without one. */
    WeightBudget.@Nullable Part part(String what, List<ExternalWeight> weights) {
        WeightBudget bound = budget;
        if (bound == null) {
            return null;
        }
        List<MappedWeight> mapped = mapped(weights);
        long bytes = mapped.stream().mapToLong(MappedWeight::bytes).sum();
        return bound.part(what, bytes, () -> shared.unload(mapped));
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
        if (isBounded()) {
            // Packed forms would stay.
            options.addConfigEntry(DISABLE_PREPACKING, "1");
        }
        OrtSession session = shared.newSession(graph, options, mapped(weights));
        count(weights);
        shared.unload();
        return session;
    }

    /** Takes mapped weights out of memory that are not read now: packed ones are read in their place. */
    void unload() {
        shared.unload();
    }

    private List<MappedWeight> mapped(List<ExternalWeight> weights) {
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
        return mapped;
    }

    private synchronized void count(List<ExternalWeight> weights) {
        if (isBounded()) {
            // Counted while they are in memory.
            return;
        }
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
        if (budget != null) {
            budget.giveBack(reserved);
        }
        memory.closedModel(countedBytes);
    }
}
