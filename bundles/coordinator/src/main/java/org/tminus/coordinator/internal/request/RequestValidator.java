/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.tminus.coordinator.internal.session.ModelView;
import org.tminus.failure.InvalidRequestException;
import org.tminus.inference.InferenceRequest;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.SequenceAxis;
import org.tminus.model.TensorSpec;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.Floats;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;
import org.tminus.tensor.Tensor;

/** Refuses requests that no backend could answer, before they take anybody's time. Stateless. */
final class RequestValidator {
    private RequestValidator() {}

    /** @throws InvalidRequestException with what was found and what was expected */
    static Batch validate(InferenceRequest request, ModelView view) throws InvalidRequestException {
        AdaptiveModel model = view.model();
        List<TensorSpec> specs = model.signature().inputs();
        Map<String, Tensor> inputs = request.inputs();
        for (TensorSpec spec : specs) {
            if (!inputs.containsKey(spec.name())) {
                throw invalid(model, "input '" + spec.name() + "' is missing", "Give " + names(specs) + ".");
            }
        }
        if (inputs.size() != specs.size()) {
            throw invalid(
                    model,
                    "there is an unknown input among " + inputs.keySet(),
                    "The model's inputs are " + names(specs) + ".");
        }
        long rows = -1;
        String first = "";
        for (TensorSpec spec : specs) {
            Tensor tensor = tensor(inputs, spec.name());
            checkTensor(model, spec, tensor);
            long batch = tensor.shape().dimension(0);
            if (rows >= 0 && batch != rows) {
                throw invalid(
                        model,
                        "input '" + spec.name() + "' has " + batch + " rows, but '" + first + "' has " + rows,
                        "Give all inputs the same batch.");
            }
            rows = batch;
            first = spec.name();
        }
        if (rows <= 0 || rows > Integer.MAX_VALUE) {
            throw invalid(model, "the batch has " + Math.max(rows, 0) + " rows", "Give at least one row.");
        }
        long length = checkSequence(view, inputs);
        for (TensorSpec spec : specs) {
            checkValues(model, spec, tensor(inputs, spec.name()), (int) rows);
        }
        Set<String> outputs = checkOutputs(request, view, (int) rows);
        if (request.operatingPoint().isPresent()) {
            checkOperatingPoint(model, request.operatingPoint().get());
        }
        return new Batch(model, (int) rows, length, outputs);
    }

    private static Tensor tensor(Map<String, Tensor> inputs, String name) {
        Tensor tensor = inputs.get(name);
        if (tensor == null) {
            throw new IllegalStateException("Input '" + name + "' was there a moment ago");
        }
        return tensor;
    }

    private static void checkTensor(AdaptiveModel model, TensorSpec spec, Tensor tensor)
            throws InvalidRequestException {
        if (!tensor.location().isHost()) {
            throw invalid(
                    model, "input '" + spec.name() + "' is on " + tensor.location(), "Copy it to the host first.");
        }
        if (!tensor.elementType().equals(spec.elementType())) {
            throw invalid(
                    model,
                    "input '" + spec.name() + "' holds " + tensor.elementType(),
                    "It must hold " + spec.elementType() + ".");
        }
        Shape shape = tensor.shape();
        if (!spec.accepts(shape) || shape.rank() == 0) {
            throw invalid(
                    model,
                    "input '" + spec.name() + "' has the shape " + shape,
                    "It must fit " + spec.dimensions() + ", where -1 is free and the first dimension is the batch.");
        }
    }

    private static long checkSequence(ModelView view, Map<String, Tensor> inputs) throws InvalidRequestException {
        SequenceAxis axis = view.sequence();
        if (axis == null) {
            return 0;
        }
        AdaptiveModel model = view.model();
        Tensor carrier = inputs.get(axis.input());
        if (carrier == null || carrier.shape().rank() <= axis.dimension()) {
            throw invalid(
                    model,
                    "input '" + axis.input() + "' has no dimension " + axis.dimension() + " for the sequence",
                    "The model file is inconsistent; report it to its maker.");
        }
        long length = carrier.shape().dimension(axis.dimension());
        if (length == 0 || length > axis.maximum()) {
            throw invalid(
                    model,
                    "the sequence in '" + axis.input() + "' has " + length + " elements",
                    "It must have 1 to " + axis.maximum() + ".");
        }
        for (TensorSpec spec : model.signature().inputs()) {
            Shape shape = tensor(inputs, spec.name()).shape();
            boolean follows = axis.dimension() < spec.dimensions().size()
                    && spec.dimensions().get(axis.dimension()) == TensorSpec.ANY;
            if (follows && shape.dimension(axis.dimension()) != length) {
                throw invalid(
                        model,
                        "rows have " + shape.dimension(axis.dimension()) + " elements in '" + spec.name() + "', but "
                                + length + " in '" + axis.input() + "'",
                        "Pad all rows of a batch to one length in every input.");
            }
        }
        return length;
    }

    private static void checkValues(AdaptiveModel model, TensorSpec spec, Tensor tensor, int rows)
            throws InvalidRequestException {
        boolean bad;
        try {
            bad = Floats.canRead(spec.elementType()) && Tensors.hasNonFinite(tensor, 0, rows);
        } catch (IllegalStateException e) {
            throw new InvalidRequestException(
                    "Model " + model.name() + ": input '" + spec.name() + "' is closed.",
                    "Keep inputs open until the answer is there.",
                    e);
        }
        if (bad) {
            throw invalid(model, "input '" + spec.name() + "' holds NaN or infinity", "Give finite numbers only.");
        }
    }

    private static Set<String> checkOutputs(InferenceRequest request, ModelView view, int rows)
            throws InvalidRequestException {
        AdaptiveModel model = view.model();
        List<TensorSpec> specs = model.signature().outputs();
        for (String name : request.outputs()) {
            if (!view.outputNames().contains(name)) {
                throw invalid(
                        model, "there is no output '" + name + "'", "The model's outputs are " + names(specs) + ".");
            }
        }
        for (Map.Entry<String, HostTensor> entry : request.destinations().entrySet()) {
            TensorSpec spec = model.signature().output(entry.getKey()).orElseThrow();
            HostTensor tensor = entry.getValue();
            Shape shape = tensor.shape();
            if (spec.elementType().equals(ElementType.STRING)) {
                throw invalid(
                        model,
                        "output '" + entry.getKey() + "' holds strings, which have no place in memory of the caller's",
                        "Ask for it without a destination.");
            }
            if (isReadOnly(tensor)) {
                throw invalid(
                        model,
                        "the destination of output '" + entry.getKey() + "' is closed or cannot be written to",
                        "Give memory that can be written to, and keep it open until the answer is there.");
            }
            if (!tensor.elementType().equals(spec.elementType())
                    || !spec.accepts(shape)
                    || shape.rank() == 0
                    || shape.dimension(0) != rows) {
                throw invalid(
                        model,
                        "the destination of output '" + entry.getKey() + "' is " + tensor.elementType() + shape,
                        "It must be " + spec.elementType() + spec.dimensions() + " with " + rows + " rows.");
            }
        }
        return request.outputs().isEmpty() ? view.outputNames() : request.outputs();
    }

    private static boolean isReadOnly(HostTensor tensor) {
        try {
            return tensor.writableBuffer().isReadOnly();
        } catch (IllegalStateException | UnsupportedOperationException e) {
            return true;
        }
    }

    private static void checkOperatingPoint(AdaptiveModel model, String name) throws InvalidRequestException {
        if (model.operatingPoint(name).isEmpty()) {
            throw invalid(
                    model,
                    "there is no operating point '" + name + "'",
                    "The model has "
                            + model.operatingPoints().stream()
                                    .map(point -> point.name())
                                    .toList()
                            + ".");
        }
    }

    private static String names(List<TensorSpec> specs) {
        return specs.stream().map(TensorSpec::name).collect(Collectors.joining(", "));
    }

    private static InvalidRequestException invalid(AdaptiveModel model, String found, String advice) {
        return new InvalidRequestException("Model " + model.name() + ": " + found + ".", advice);
    }
}
