/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.demo.measure;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.tminus.demo.report.RowPlan.Part;
import org.tminus.demo.report.SessionSetting;
import org.tminus.onnxruntime.OnnxRuntime;

/** ONNX Runtime without the platform: one model, or a random mixture of several. */
public final class PlainClassifier implements Classifier {
    private final String policy;
    private final PlainInputs inputs;
    private final Mixture mixture;
    private final List<Part> parts;
    private final List<OrtSession> sessions = new ArrayList<>();

    /**
     * Opens a session for each part.
     *
     * @param inputs stay the caller's, and open for as long as this is used
     * @throws OrtException if a model cannot be loaded
     */
    public PlainClassifier(
            OnnxRuntime runtime, PlainInputs inputs, String policy, SessionSetting setting, List<Part> parts, long seed)
            throws OrtException {
        this.policy = policy;
        this.inputs = inputs;
        this.parts = List.copyOf(parts);
        this.mixture = new Mixture(parts.stream().mapToDouble(Part::weight).toArray(), seed);
        try {
            for (Part part : parts) {
                try (OrtSession.SessionOptions options = options(runtime, setting)) {
                    sessions.add(runtime.environment().createSession(part.file(), options));
                }
            }
        } catch (OrtException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private static OrtSession.SessionOptions options(OnnxRuntime runtime, SessionSetting setting) throws OrtException {
        if (setting == SessionSetting.GLOBAL_POOL) {
            return runtime.newSessionOptions();
        }
        OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        options.setInterOpNumThreads(1);
        options.setIntraOpNumThreads(
                setting == SessionSetting.ONE_THREAD ? 1 : Runtime.getRuntime().availableProcessors());
        return options;
    }

    @Override
    public Answer classify(int image) throws OrtException {
        int chosen = mixture.choose(image);
        try (OrtSession.Result result = sessions.get(chosen).run(Map.of(inputs.name(), inputs.tensor(image)))) {
            if (!(result.get(0) instanceof OnnxTensor output)) {
                throw new IllegalStateException("The model's first output is no tensor");
            }
            int label = Labels.ofLargest(output.getFloatBuffer());
            return new Answer(label, parts.get(chosen).flops(), policy, false, true, 0);
        }
    }

    @Override
    public void close() {
        for (OrtSession session : sessions) {
            try {
                session.close();
            } catch (OrtException e) {
                throw new IllegalStateException("ONNX Runtime cannot close a session", e);
            }
        }
        sessions.clear();
    }
}
