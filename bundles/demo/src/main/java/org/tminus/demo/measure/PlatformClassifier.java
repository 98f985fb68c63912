/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.demo.measure;

import org.jspecify.annotations.Nullable;
import org.tminus.demo.data.InputTensors;
import org.tminus.failure.TminusException;
import org.tminus.inference.InferenceRequest;
import org.tminus.inference.InferenceResult;
import org.tminus.inference.InferenceService;
import org.tminus.inference.Step;
import org.tminus.inference.Trace;
import org.tminus.model.AdaptiveModel;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.Tensor;

/** Asks the platform, as any other bundle would. */
public final class PlatformClassifier implements Classifier {
    private final InferenceService service;
    private final String model;
    private final String output;
    private final InputTensors inputs;
    private final @Nullable String policy;
    private final @Nullable String operatingPoint;

    /**
     * @param policy null for the one in force
     * @param operatingPoint null for the one in force
     */
    public PlatformClassifier(
            InferenceService service,
            AdaptiveModel model,
            InputTensors inputs,
            @Nullable String policy,
            @Nullable String operatingPoint) {
        this.service = service;
        this.model = model.name();
        this.output = model.signature().outputs().get(0).name();
        this.inputs = inputs;
        this.policy = policy;
        this.operatingPoint = operatingPoint;
    }

    @Override
    public Answer classify(int image) throws TminusException, InterruptedException {
        InferenceRequest.Builder request = InferenceRequest.builder(model)
                .input(inputs.name(), inputs.tensor(image))
                .outputs(output);
        if (policy != null) {
            request.policy(policy);
        }
        if (operatingPoint != null) {
            request.operatingPoint(operatingPoint);
        }
        try (InferenceResult result = service.infer(request.build())) {
            Tensor tensor = result.outputs().get(output);
            if (tensor == null || !tensor.elementType().equals(ElementType.FLOAT32)) {
                throw new IllegalStateException("The answer has no float32 output '" + output + "'");
            }
            int label = Labels.ofLargest(tensor.buffer().asFloatBuffer());
            Trace trace = result.traces().get(0);
            return new Answer(
                    label,
                    trace.flops(),
                    trace.policy(),
                    !trace.fallbacks().isEmpty(),
                    trace.compiled(),
                    trace.nanos(Step.RUN));
        }
    }

    @Override
    public void close() {}
}
