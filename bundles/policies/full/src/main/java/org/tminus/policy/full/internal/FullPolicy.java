/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.policy.full.internal;

import java.util.List;
import org.osgi.service.component.annotations.Component;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.Path;
import org.tminus.policy.Decision;
import org.tminus.policy.Policy;
import org.tminus.policy.PolicyContext;
import org.tminus.policy.PolicyRun;
import org.tminus.policy.PolicyRuns;

/** All layers for every input, whatever the budget; where limits forbid that, the costliest path they allow. */
@Component(property = Policy.NAME + "=full")
public final class FullPolicy implements Policy {
    @Override
    public long flopsPerRow(AdaptiveModel model) {
        return 0;
    }

    @Override
    public PolicyRun begin(PolicyContext context) {
        List<Path> allowed = context.allowedPaths();
        // The menu ends with full depth, so the last allowed path is the nearest to it.
        Decision decision = Decision.run(allowed.get(allowed.size() - 1));
        return PolicyRuns.sameForAll(decision, context.rows());
    }
}
