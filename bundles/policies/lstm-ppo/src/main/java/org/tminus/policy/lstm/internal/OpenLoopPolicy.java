/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.policy.lstm.internal;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.Path;
import org.tminus.policy.Policy;
import org.tminus.policy.PolicyContext;
import org.tminus.policy.PolicyRun;
import org.tminus.predictor.Complexity;

/** The learned policy that decides before the first layer, from budget and predictor. */
@Component(
        service = Policy.class,
        property = {Policy.NAME + "=" + OpenLoopPolicy.NAME_VALUE, LearnedPolicy.RANKING})
public final class OpenLoopPolicy extends LearnedPolicy<WalkTree> {
    static final String NAME_VALUE = "lstm-ppo-open";

    /** Knows no model yet. */
    @Activate
    public OpenLoopPolicy() {
        super(NAME_VALUE, "open");
    }

    @Override
    WalkTree plan(AdaptiveModel model, List<Path> allowed) {
        return WalkTree.of(model, allowed);
    }

    @Override
    PolicyRun run(
            PolicyContext context,
            LstmNetwork network,
            WalkTree plan,
            double budget,
            @Nullable List<Complexity> complexities) {
        return new OpenRun(new Walker(network, context, complexities, budget, 1), plan, context.rows());
    }
}
