/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.policy.fixed.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.tminus.failure.InvalidRequestException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.OperatingPoint;
import org.tminus.model.Path;
import org.tminus.policy.Budget;
import org.tminus.policy.Decision;
import org.tminus.policy.PolicyContexts;
import org.tminus.policy.PolicyRun;

class FixedPolicyTest {
    private static final AdaptiveModel MODEL = TestModels.model().build();

    @Test
    void theMenuIndexChoosesThePath() throws Exception {
        for (int index = 0; index < TestModels.LAYERS; index++) {
            assertThat(chosen(context(Map.of("menuIndex", index)))).isEqualTo(TestModels.prefix(index + 1));
        }
    }

    @Test
    void theExitChoosesThePath() throws Exception {
        assertThat(chosen(context(Map.of("exit", "exit.3")))).isEqualTo(TestModels.prefix(3));
        assertThat(chosen(context(Map.of("exit", "final")))).isEqualTo(MODEL.fullDepth());
    }

    @Test
    void anOperatingPointGivesTheIndexUnlessConfigurationNamesAnExit() throws Exception {
        OperatingPoint point =
                new OperatingPoint("half", "fixed", Map.of("menuIndex", 1), "decision", 10, 0.5, 0.9, 0.9);

        assertThat(chosen(context(Map.of()).operatingPoint(point))).isEqualTo(TestModels.prefix(2));
        assertThat(chosen(context(Map.of("exit", "exit.1")).operatingPoint(point)))
                .isEqualTo(TestModels.prefix(1));
    }

    @Test
    void withoutParametersTheBudgetChooses() throws Exception {
        assertThat(chosen(context(Map.of()))).isEqualTo(MODEL.fullDepth());
        // Depth 2 costs 210 of 410 FLOPs.
        assertThat(chosen(context(Map.of()).budget(Budget.ofFlopsRatio(0.513)))).isEqualTo(TestModels.prefix(2));
        assertThat(chosen(context(Map.of()).budget(Budget.ofFlopsRatio(0.511)))).isEqualTo(TestModels.prefix(1));
        assertThat(chosen(context(Map.of()).budget(Budget.ofFlopsRatio(0.01)))).isEqualTo(TestModels.prefix(1));
    }

    @Test
    void aForbiddenPathGivesWayToTheNextCheaperOne() throws Exception {
        List<Path> allowed = List.of(TestModels.prefix(2), TestModels.prefix(4));

        assertThat(chosen(context(Map.of("menuIndex", 2)).allowedPaths(allowed)))
                .isEqualTo(TestModels.prefix(2));
        assertThat(chosen(context(Map.of("menuIndex", 3)).allowedPaths(allowed)))
                .isEqualTo(TestModels.prefix(4));
        assertThat(chosen(context(Map.of("menuIndex", 0)).allowedPaths(allowed)))
                .isEqualTo(TestModels.prefix(2));
    }

    @Test
    void badParametersAreRefusedInWords() {
        assertThatThrownBy(() -> chosen(context(Map.of("menuIndex", 4))))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContainingAll("'menuIndex'", "'4'", "from 0 to 3");
        assertThatThrownBy(() -> chosen(context(Map.of("menuIndex", -1)))).isInstanceOf(InvalidRequestException.class);
        assertThatThrownBy(() -> chosen(context(Map.of("exit", "exit.9"))))
                .hasMessageContainingAll("'exit.9'", "exit.1, exit.2, exit.3, final");
        assertThatThrownBy(() -> chosen(context(Map.of("exit", "final", "menuIndex", 1))))
                .isInstanceOf(InvalidRequestException.class);
    }

    private static PolicyContexts context(Map<String, Object> parameters) {
        return PolicyContexts.of(MODEL).rows(2).parameters(parameters);
    }

    /** The path of both rows, which must be the same. */
    private static Path chosen(PolicyContexts context) throws Exception {
        try (PolicyRun run = new FixedPolicy().begin(context.build())) {
            List<Decision> decisions = run.first();
            assertThat(decisions).hasSize(2);
            assertThat(decisions.get(0)).isEqualTo(decisions.get(1));
            Optional<Path> path = decisions.get(0).path();
            assertThat(path).isPresent();
            return path.get();
        }
    }
}
