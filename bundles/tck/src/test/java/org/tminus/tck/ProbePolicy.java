/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tck;

import org.tminus.model.AdaptiveModel;
import org.tminus.policy.Decision;
import org.tminus.policy.Policy;
import org.tminus.policy.PolicyContext;
import org.tminus.policy.PolicyRun;
import org.tminus.policy.PolicyRuns;

/** Goes into bundles of tests. */
public final class ProbePolicy implements Policy {
    @Override
    public long flopsPerRow(AdaptiveModel model) {
        return 0;
    }

    @Override
    public PolicyRun begin(PolicyContext context) {
        return PolicyRuns.sameForAll(Decision.run(context.allowedPaths().get(0)), context.rows());
    }
}
