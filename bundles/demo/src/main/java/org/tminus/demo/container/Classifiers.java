/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.demo.container;

import ai.onnxruntime.OrtException;
import java.io.IOException;
import java.util.List;
import org.tminus.demo.data.InputTensors;
import org.tminus.demo.measure.Classifier;
import org.tminus.demo.measure.PlainClassifier;
import org.tminus.demo.measure.PlainInputs;
import org.tminus.demo.measure.PlatformClassifier;
import org.tminus.demo.report.RowPlan;
import org.tminus.demo.report.RowPlan.Part;
import org.tminus.demo.report.SessionSetting;
import org.tminus.inference.InferenceService;
import org.tminus.model.AdaptiveModel;
import org.tminus.onnxruntime.OnnxRuntime;

/** Makes who answers a row, all for the same inputs. */
final class Classifiers {
    private final InferenceService service;
    private final OnnxRuntime runtime;
    private final InputTensors inputs;
    private final PlainInputs plainInputs;
    private final long seed;

    Classifiers(
            InferenceService service, OnnxRuntime runtime, InputTensors inputs, PlainInputs plainInputs, long seed) {
        this.service = service;
        this.runtime = runtime;
        this.inputs = inputs;
        this.plainInputs = plainInputs;
        this.seed = seed;
    }

    /**
     * @throws OrtException if a model cannot be loaded
     * @throws IOException if the plan lacks something
     */
    Classifier open(RowPlan plan, AdaptiveModel model) throws OrtException, IOException {
        return plan.kind() == RowPlan.Kind.PLATFORM
                ? new PlatformClassifier(service, model, inputs, plan.policy(), plan.operatingPoint())
                : plain(plan);
    }

    /** For a row without the platform, which needs no installed model. */
    Classifier plain(RowPlan plan) throws OrtException, IOException {
        SessionSetting setting = plan.setting();
        if (setting == null) {
            throw new IOException("The row '" + plan.name() + "' names no session setting");
        }
        return plain(plan.policy(), setting, plan.parts());
    }

    Classifier plain(String policy, SessionSetting setting, List<Part> parts) throws OrtException {
        return new PlainClassifier(runtime, plainInputs, policy, setting, parts, seed);
    }

    /** Asks for no policy, so that the one in force answers. */
    Classifier inForce(AdaptiveModel model) {
        return new PlatformClassifier(service, model, inputs, null, null);
    }
}
