/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.backend.cpu;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tminus.failure.InvalidRequestException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.Exit;
import org.tminus.model.SequenceAxis;
import org.tminus.model.TensorSpec;
import org.tminus.tensor.Shape;
import org.tminus.tensor.Tensor;

/** Refuses what the model cannot take before the native library sees it, and says what was expected and found. */
final class InputCheck {
    private static final String FIX_INPUT = "Send every input of the model in the shape that its signature names.";

    private final String model;
    private final List<TensorSpec> specs;
    private final @Nullable SequenceAxis sequence;

    InputCheck(AdaptiveModel model) {
        this.model = model.name();
        this.specs = model.signature().inputs();
        this.sequence = model.signature().sequence().orElse(null);
    }

    /**
     * @return the number of rows
     * @throws InvalidRequestException if names, types or shapes are not those of the model, or there are no rows
     */
    int rows(Map<String, Tensor> inputs) throws InvalidRequestException {
        long rows = -1;
        for (TensorSpec spec : specs) {
            Tensor tensor = inputs.get(spec.name());
            if (tensor == null) {
                throw invalid("input '" + spec.name() + "' is missing; found " + inputs.keySet());
            }
            check(spec, tensor);
            long found = tensor.shape().dimension(0);
            if (rows >= 0 && found != rows) {
                throw invalid("inputs have the same number of rows, but '" + spec.name() + "' has " + found + ", '"
                        + specs.get(0).name() + "' has " + rows);
            }
            rows = found;
        }
        if (inputs.size() != specs.size()) {
            List<String> expected = specs.stream().map(TensorSpec::name).toList();
            throw invalid("expected the inputs " + expected + ", found " + inputs.keySet());
        }
        SequenceAxis axis = sequence;
        if (axis != null) {
            checkLength(axis, inputs);
        }
        return Math.toIntExact(rows);
    }

    /**
     * Rows times length, which is 1 where the model has no axis of sequences.
     *
     * @param inputs checked by {@link #rows}
     */
    long size(Map<String, Tensor> inputs) {
        SequenceAxis axis = sequence;
        Tensor tensor = inputs.get(axis == null ? specs.get(0).name() : axis.input());
        if (tensor == null) {
            return 1;
        }
        long rows = tensor.shape().dimension(0);
        return axis == null || axis.dimension() >= tensor.shape().rank()
                ? rows
                : rows * tensor.shape().dimension(axis.dimension());
    }

    private void check(TensorSpec spec, Tensor tensor) throws InvalidRequestException {
        Shape shape = tensor.shape();
        if (!tensor.elementType().equals(spec.elementType())) {
            throw invalid(
                    "input '" + spec.name() + "' holds " + spec.elementType() + ", found " + tensor.elementType());
        }
        if (!Tensors.supports(tensor.elementType())) {
            throw invalid("input '" + spec.name() + "' holds " + tensor.elementType()
                    + ", which the CPU backend cannot take");
        }
        if (shape.rank() == 0 || !spec.accepts(shape)) {
            throw invalid("input '" + spec.name() + "' has the shape " + describe(spec) + ", found " + shape);
        }
        if (shape.dimension(0) == 0) {
            throw invalid("a batch has at least one row, but input '" + spec.name() + "' has the shape " + shape);
        }
        if (shape.elementCount() == 0) {
            throw invalid("input '" + spec.name() + "' is empty: its shape is " + shape);
        }
        if (!tensor.location().isHost()) {
            throw invalid("input '" + spec.name() + "' must be on the host, but is on "
                    + tensor.location().device());
        }
    }

    private void checkLength(SequenceAxis axis, Map<String, Tensor> inputs) throws InvalidRequestException {
        Tensor tensor = inputs.get(axis.input());
        if (tensor != null && axis.dimension() < tensor.shape().rank()) {
            long length = tensor.shape().dimension(axis.dimension());
            if (length > axis.maximum()) {
                throw invalid("a sequence has at most " + axis.maximum() + " entries, but input '" + axis.input()
                        + "' has " + length);
            }
        }
    }

    private static String describe(TensorSpec spec) {
        return spec.dimensions().stream()
                .map(dimension -> dimension == TensorSpec.ANY ? "any" : dimension.toString())
                .toList()
                .toString();
    }

    /** @throws InvalidRequestException if the exit does not give one of these outputs */
    void outputs(Exit exit, Set<String> requested) throws InvalidRequestException {
        for (String output : requested) {
            if (!exit.outputs().containsKey(output)) {
                throw new InvalidRequestException(
                        "Model " + model + ": exit " + exit.id() + " gives "
                                + exit.outputs().keySet() + ", not '" + output + "'.",
                        "Ask for outputs that the exit gives, or for full depth.");
            }
        }
    }

    private InvalidRequestException invalid(String message) {
        return new InvalidRequestException("Model " + model + ": " + message + ".", FIX_INPUT);
    }
}
