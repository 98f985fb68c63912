/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.policy.full.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.tminus.model.AdaptiveModel;
import org.tminus.policy.Budget;
import org.tminus.policy.Decision;
import org.tminus.policy.PolicyContexts;
import org.tminus.policy.PolicyRun;

class FullPolicyTest {
    private static final AdaptiveModel MODEL = TestModels.model().build();

    @Test
    void everyRowRunsAtFullDepthWhateverTheBudget() throws Exception {
        PolicyContexts context = PolicyContexts.of(MODEL).rows(3).budget(Budget.ofFlopsRatio(0.1));
        try (PolicyRun run = new FullPolicy().begin(context.build())) {
            List<Decision> decisions = run.first();
            assertThat(decisions).hasSize(3);
            assertThat(decisions).allSatisfy(decision -> {
                assertThat(decision.path()).isEqualTo(Optional.of(MODEL.fullDepth()));
                assertThat(decision.checkpoints()).isEmpty();
            });
        }
    }

    @Test
    void whereLimitsForbidFullDepthTheDeepestAllowedPathRuns() throws Exception {
        PolicyContexts context =
                PolicyContexts.of(MODEL).allowedPaths(MODEL.menu().subList(0, 2));
        try (PolicyRun run = new FullPolicy().begin(context.build())) {
            assertThat(run.first().get(0).path()).contains(TestModels.prefix(2));
        }
    }
}
