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

/** The learned policy that looks at the exits on the way, and pays for each that it reads. */
@Component(
        service = Policy.class,
        property = {Policy.NAME + "=" + ClosedLoopPolicy.NAME_VALUE, LearnedPolicy.RANKING})
public final class ClosedLoopPolicy extends LearnedPolicy<ClosedPlan> {
    static final String NAME_VALUE = "lstm-ppo-closed";

    /** Knows no model yet. */
    @Activate
    public ClosedLoopPolicy() {
        super(NAME_VALUE, "closed");
    }

    @Override
    ClosedPlan plan(AdaptiveModel model, List<Path> allowed) {
        return ClosedPlan.of(model, allowed);
    }

    @Override
    PolicyRun run(
            PolicyContext context,
            LstmNetwork network,
            ClosedPlan plan,
            double budget,
            @Nullable List<Complexity> complexities) {
        return new ClosedRun(new Walker(network, context, complexities, budget, context.rows()), plan, context.rows());
    }
}
