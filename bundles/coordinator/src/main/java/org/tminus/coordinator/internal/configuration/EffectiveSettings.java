/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.configuration;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tminus.policy.Budget;

/**
 * What is in force for one model: its own settings before the global ones. Immutable.
 *
 * @param batchMaxRows rows of different requests that may run together; 1 if none may
 * @param batchDelayMicros how long a request may be held back for others to join it
 * @param parameters for the policy
 * @param global for all that cannot differ from model to model
 */
public record EffectiveSettings(
        @Nullable String policy,
        @Nullable String predictor,
        @Nullable String backend,
        @Nullable String operatingPoint,
        Budget budget,
        int batchMaxRows,
        long batchDelayMicros,
        Map<String, Object> parameters,
        GlobalSettings global) {
    static EffectiveSettings of(GlobalSettings global, @Nullable ModelSettings model) {
        Double ratio = model == null || model.budgetFlopsRatio() == null
                ? global.budgetFlopsRatio()
                : model.budgetFlopsRatio();
        return new EffectiveSettings(
                model == null || model.policy() == null ? global.policy() : model.policy(),
                model == null || model.predictor() == null ? global.predictor() : model.predictor(),
                model == null || model.backend() == null ? global.backend() : model.backend(),
                model == null || model.operatingPoint() == null ? global.operatingPoint() : model.operatingPoint(),
                ratio == null ? Budget.unlimited() : Budget.ofFlopsRatio(ratio),
                model == null || model.batchMaxRows() == null ? global.batchMaxRows() : model.batchMaxRows(),
                model == null || model.batchDelayMicros() == null
                        ? global.batchDelayMicros()
                        : model.batchDelayMicros(),
                model == null ? Map.of() : model.parameters(),
                global);
    }

    /** The same, had configuration chosen this service. */
    public EffectiveSettings choosing(String kind, String name) {
        return new EffectiveSettings(
                kind.equals(RolloutSettings.POLICY) ? name : policy,
                kind.equals(RolloutSettings.PREDICTOR) ? name : predictor,
                kind.equals(RolloutSettings.BACKEND) ? name : backend,
                operatingPoint,
                budget,
                batchMaxRows,
                batchDelayMicros,
                parameters,
                global);
    }
}
