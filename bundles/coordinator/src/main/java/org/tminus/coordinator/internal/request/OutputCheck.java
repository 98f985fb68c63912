/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.TensorSpec;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.Shape;
import org.tminus.tensor.Tensor;

/** Whether a backend gave what was asked for. Stateless. */
final class OutputCheck {
    private static final Logger LOG = LoggerFactory.getLogger(OutputCheck.class);
    private static final String NOT_FINITE = "it gave NaN or infinity at a checkpoint";
    private static final String UNREADABLE = "its outputs cannot be read: ";

    private OutputCheck() {}

    /**
     * @param inputs the client's tensors, which are never closed
     * @return a copy of what was asked for: what the backend does to its own map afterwards does not matter. The rest is closed
     * @throws BackendFailure if an output is missing, or of another type, shape, size or place, or somebody else's; all are
     *     closed then
     */
    static Map<String, Tensor> check(
            AdaptiveModel model,
            Set<String> requested,
            int rows,
            Collection<Tensor> inputs,
            @Nullable Map<String, Tensor> outputs)
            throws BackendFailure {
        if (outputs == null) {
            throw new BackendFailure("it gave no outputs", true, null);
        }
        Map<String, Tensor> wanted = new HashMap<>();
        List<Tensor> others = new ArrayList<>(0);
        String problem;
        Throwable cause = null;
        try {
            outputs.forEach((name, tensor) -> {
                Tensor other = name != null && requested.contains(name) ? wanted.put(name, tensor) : tensor;
                if (other != null) {
                    others.add(other);
                }
            });
            problem = problem(model, requested, rows, inputs, wanted);
        } catch (RuntimeException | Error e) {
            problem = UNREADABLE + Failures.describe(e);
            cause = e;
        }
        if (!problem.isEmpty()) {
            others.addAll(wanted.values());
            close(others, inputs, List.of());
            throw new BackendFailure(problem, true, cause);
        }
        if (!others.isEmpty()) {
            close(others, inputs, wanted.values());
        }
        return wanted;
    }

    /** Closes what a backend gave, each tensor once, except what is the client's and what is kept. */
    private static void close(Collection<Tensor> given, Collection<Tensor> inputs, Collection<Tensor> kept) {
        Set<Tensor> closing = Collections.newSetFromMap(new IdentityHashMap<>());
        closing.addAll(given);
        inputs.forEach(closing::remove);
        kept.forEach(closing::remove);
        closing.forEach(OutputCheck::close);
    }

    /** A tensor may be a plugin's own class. */
    static void close(@Nullable Tensor tensor) {
        try {
            if (tensor != null) {
                tensor.close();
            }
        } catch (RuntimeException | Error e) {
            LOG.warn("An output could not be closed", e);
        }
    }

    private static String problem(
            AdaptiveModel model,
            Set<String> requested,
            int rows,
            Collection<Tensor> inputs,
            Map<String, Tensor> outputs) {
        for (String name : requested) {
            Tensor tensor = outputs.get(name);
            if (tensor == null) {
                return "output '" + name + "' is missing";
            }
            if (times(tensor, inputs) > 0) {
                return "output '" + name + "' is an input of the client";
            }
            // There are few: comparing each with each is less work than a set, which every request would pay for.
            if (times(tensor, outputs.values()) > 1) {
                return "output '" + name + "' is the tensor of another output, too";
            }
            TensorSpec spec = model.signature().output(name).orElseThrow();
            Shape shape = tensor.shape();
            if (!tensor.elementType().equals(spec.elementType())
                    || !spec.accepts(shape)
                    || shape.rank() == 0
                    || shape.dimension(0) != rows) {
                return "output '" + name + "' is " + tensor.elementType() + shape + " instead of " + spec.elementType()
                        + spec.dimensions() + " with " + rows + " rows";
            }
            if (!tensor.location().isHost()) {
                return "output '" + name + "' is on " + tensor.location() + " instead of the host";
            }
            if (!Tensors.isWhole(tensor)) {
                return "output '" + name + "' has not as many elements as its shape " + shape + " says";
            }
        }
        return "";
    }

    /** By identity: a tensor's own equals may say anything. */
    private static int times(Tensor wanted, Collection<Tensor> tensors) {
        int times = 0;
        for (Tensor tensor : tensors) {
            times += tensor == wanted ? 1 : 0;
        }
        return times;
    }

    /**
     * Makes sure that a policy may see the scores of an exit.
     *
     * @param head what the exit gave, checked by {@link #check}
     * @param score the name of the scores
     * @throws BackendFailure if they hold NaN or infinity, or cannot be read; all of the head is closed then
     */
    static void checkScores(Map<String, Tensor> head, String score, int rows) throws BackendFailure {
        BackendFailure failure;
        try {
            if (!Tensors.hasNonFinite(Objects.requireNonNull(head.get(score)), 0, rows)) {
                return;
            }
            failure = new BackendFailure(NOT_FINITE, true, null);
        } catch (RuntimeException | Error e) {
            failure = unreadable(e);
        }
        head.values().forEach(OutputCheck::close);
        throw failure.atCheckpoint();
    }

    /**
     * Makes sure that a policy may see a pooled state.
     *
     * @throws BackendFailure if it is missing, of another type, shape or place, holds NaN or infinity, or cannot be read;
     *     it is closed then
     */
    static void checkPooled(AdaptiveModel model, int rows, @Nullable Tensor pooled) throws BackendFailure {
        BackendFailure failure;
        try {
            String problem = pooled == null
                    ? "it gave no pooled state"
                    : pooledProblem(model.hidden().width(), rows, pooled);
            if (problem.isEmpty()) {
                return;
            }
            failure = new BackendFailure(problem, true, null);
        } catch (RuntimeException | Error e) {
            failure = unreadable(e);
        }
        close(pooled);
        throw failure.atCheckpoint();
    }

    private static String pooledProblem(long width, int rows, Tensor pooled) {
        Shape shape = pooled.shape();
        if (!pooled.elementType().equals(ElementType.FLOAT32)
                || shape.rank() != 2
                || shape.dimension(0) != rows
                || shape.dimension(1) != width) {
            return "its pooled state is " + pooled.elementType() + shape + " instead of float32[" + rows + ", " + width
                    + "]";
        }
        if (!pooled.location().isHost()) {
            return "its pooled state is on " + pooled.location() + " instead of the host";
        }
        return Tensors.hasNonFinite(pooled, 0, rows) ? NOT_FINITE : "";
    }

    /**
     * Whether a row of an output holds NaN or infinity.
     *
     * @throws BackendFailure if that cannot be read, for example because the backend closed what it gave
     */
    static boolean isBad(Map<String, Tensor> outputs, int firstRow, int rows) throws BackendFailure {
        try {
            for (Tensor tensor : outputs.values()) {
                if (Tensors.hasNonFinite(tensor, firstRow, rows)) {
                    return true;
                }
            }
            return false;
        } catch (RuntimeException | Error e) {
            throw unreadable(e);
        }
    }

    static BackendFailure unreadable(Throwable cause) {
        return new BackendFailure(UNREADABLE + Failures.describe(cause), true, cause);
    }
}
