/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.measure;

import java.util.LinkedHashMap;
import java.util.Map;
import org.tminus.policy.Policy;
import org.tminus.policy.budget.internal.BudgetPolicy;
import org.tminus.policy.confidence.internal.ConfidencePolicy;
import org.tminus.policy.fixed.internal.FixedPolicy;
import org.tminus.policy.lstm.internal.ClosedLoopPolicy;
import org.tminus.policy.lstm.internal.OpenLoopPolicy;
import org.tminus.policy.random.internal.RandomPolicy;

/** The policies that operating points of models name, as the distribution has them. */
public final class KnownPolicies {
    private KnownPolicies() {}

    /** Fresh ones by their names; the platform has {@code full} itself. */
    public static Map<String, Policy> all() {
        Map<String, Policy> policies = new LinkedHashMap<>();
        policies.put("fixed", new FixedPolicy());
        policies.put("random", new RandomPolicy());
        policies.put("budget", new BudgetPolicy());
        policies.put("confidence", new ConfidencePolicy());
        policies.put("lstm-ppo-open", new OpenLoopPolicy());
        policies.put("lstm-ppo-closed", new ClosedLoopPolicy());
        return policies;
    }
}
