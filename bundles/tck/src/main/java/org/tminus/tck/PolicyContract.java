/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tck;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.tminus.model.AdaptiveModel;
import org.tminus.policy.Policy;
import org.tminus.tck.internal.policy.PolicyChecks;
import org.tminus.tck.internal.policy.PolicyModels;

/**
 * What every policy must do, with models and circumstances of many kinds. A test class of the author extends this and
 * says how the policy is made.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class PolicyContract {
    private @Nullable Policy made;

    /** Makes the policy; called before each test. */
    protected abstract Policy policy() throws Exception;

    /** Undoes {@link #policy()}; called after each test. Closes what is {@link AutoCloseable}. */
    protected void dispose(Policy policy) throws Exception {
        if (policy instanceof AutoCloseable closeable) {
            closeable.close();
        }
    }

    /** Whether the same request with the same seed is decided the same way; not so for policies that look at a clock. */
    protected boolean isDeterministic() {
        return true;
    }

    /** Parameters that configuration gives the policy; none. */
    protected Map<String, Object> parameters() {
        return Map.of();
    }

    /** The models that it decides about: those of the kit, or others for policies that need something of a model. */
    protected List<AdaptiveModel> models() throws Exception {
        return PolicyModels.all();
    }

    @BeforeEach
    final void makePolicy() throws Exception {
        made = policy();
    }

    @AfterEach
    final void disposeOfPolicy() throws Exception {
        Policy policy = made;
        made = null;
        if (policy != null) {
            dispose(policy);
        }
    }

    private interface Check {
        void run(PolicyChecks checks) throws Exception;
    }

    private Stream<DynamicTest> eachModel(Check check) throws Exception {
        Policy policy = made;
        if (policy == null) {
            throw new IllegalStateException("The policy was not made");
        }
        return models().stream()
                .map(model -> DynamicTest.dynamicTest(
                        model.name(), () -> check.run(new PolicyChecks(policy, model, parameters()))));
    }

    @TestFactory
    protected Stream<DynamicTest> decidesForEachRow() throws Exception {
        return eachModel(PolicyChecks::decidesForEachRow);
    }

    @TestFactory
    protected Stream<DynamicTest> choosesWithinEverySubset() throws Exception {
        return eachModel(PolicyChecks::choosesWithinEverySubset);
    }

    @TestFactory
    protected Stream<DynamicTest> decidesTheSameAgain() throws Exception {
        return isDeterministic() ? eachModel(PolicyChecks::decidesTheSameAgain) : Stream.empty();
    }

    @TestFactory
    protected Stream<DynamicTest> decidesInManyThreads() throws Exception {
        return eachModel(checks -> checks.decidesInManyThreads(isDeterministic()));
    }

    @TestFactory
    protected Stream<DynamicTest> survivesNonsense() throws Exception {
        return eachModel(PolicyChecks::survivesNonsense);
    }

    @TestFactory
    protected Stream<DynamicTest> statesItsCost() throws Exception {
        return eachModel(PolicyChecks::statesItsCost);
    }

    @TestFactory
    protected Stream<DynamicTest> closesAnytime() throws Exception {
        return eachModel(PolicyChecks::closesAnytime);
    }

    @TestFactory
    protected Stream<DynamicTest> keepsNothingOfARequest() throws Exception {
        return eachModel(PolicyChecks::keepsNothingOfARequest);
    }
}
