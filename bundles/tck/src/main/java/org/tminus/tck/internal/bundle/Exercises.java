/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tck.internal.bundle;

import java.nio.file.Path;
import org.tminus.backend.Backend;
import org.tminus.backend.BackendSession;
import org.tminus.backend.RunControls;
import org.tminus.model.AdaptiveModel;
import org.tminus.policy.Policy;
import org.tminus.policy.PolicyContexts;
import org.tminus.policy.PolicyRun;
import org.tminus.predictor.ComplexityPredictor;
import org.tminus.tck.internal.onnx.KitModel;
import org.tminus.tck.internal.policy.PolicyModels;
import org.tminus.tensor.Tensor;

/** A little work for any plugin, so that it makes the threads and caches that it makes at work. */
public final class Exercises {
    private Exercises() {}

    /** @param folder for a model */
    public static void with(Object service, Path folder) throws Exception {
        KitModel kit = KitModel.picture(folder);
        AdaptiveModel model = kit.model();
        if (service instanceof Backend backend) {
            backend.telemetry();
            try (BackendSession session = backend.open(model)) {
                session.prepare(model.fullDepth());
                session.run(model.fullDepth(), kit.inputs(2, 0, 1), RunControls.forOutputs("logits"))
                        .values()
                        .forEach(Tensor::close);
            }
        } else if (service instanceof Policy policy) {
            try (PolicyRun run = policy.begin(
                    PolicyContexts.of(PolicyModels.all().get(0)).rows(2).build())) {
                run.first();
            }
        } else if (service instanceof ComplexityPredictor predictor) {
            predictor.supports(model);
        }
    }
}
