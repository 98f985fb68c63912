/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tck;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;
import org.tminus.model.AdaptiveModel;
import org.tminus.policy.Policy;
import org.tminus.policy.budget.internal.BudgetPolicy;
import org.tminus.policy.confidence.internal.ConfidencePolicy;
import org.tminus.policy.fixed.internal.FixedPolicy;
import org.tminus.policy.full.internal.FullPolicy;
import org.tminus.policy.lstm.internal.ClosedLoopPolicy;
import org.tminus.policy.lstm.internal.OpenLoopPolicy;
import org.tminus.policy.random.internal.RandomPolicy;

/** The policies of this project whose classes anybody can make. */
class OwnPoliciesTest {
    @TempDir
    static Path folder;

    @Nested
    class Full extends PolicyContract {
        @Override
        protected Policy policy() {
            return new FullPolicy();
        }
    }

    @Nested
    class Fixed extends PolicyContract {
        @Override
        protected Policy policy() {
            return new FixedPolicy();
        }
    }

    @Nested
    class Random extends PolicyContract {
        @Override
        protected Policy policy() {
            return new RandomPolicy();
        }
    }

    @Nested
    class Budget extends PolicyContract {
        @Override
        protected Policy policy() {
            return new BudgetPolicy();
        }
    }

    @Nested
    class BudgetWithAThreshold extends PolicyContract {
        @Override
        protected Policy policy() {
            return new BudgetPolicy();
        }

        @Override
        protected Map<String, Object> parameters() {
            return Map.of("threshold", 0.7);
        }
    }

    @Nested
    class Confidence extends PolicyContract {
        @Override
        protected Policy policy() throws Exception {
            return Defaults.make(ConfidencePolicy.class);
        }
    }

    @Nested
    class OpenLoop extends PolicyContract {
        @Override
        protected Policy policy() {
            return new OpenLoopPolicy();
        }

        @Override
        protected List<AdaptiveModel> models() throws Exception {
            return List.of(ReferenceModel.in(Files.createTempDirectory(folder, "model")));
        }
    }

    @Nested
    class ClosedLoop extends PolicyContract {
        @Override
        protected Policy policy() {
            return new ClosedLoopPolicy();
        }

        @Override
        protected List<AdaptiveModel> models() throws Exception {
            return List.of(ReferenceModel.in(Files.createTempDirectory(folder, "model")));
        }
    }
}
