/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.method;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.tminus.evaluation.EvaluationException;
import org.tminus.learning.baseline.Decider;
import org.tminus.learning.policy.LstmPolicy;
import org.tminus.learning.policy.PolicyOnnx;
import org.tminus.model.PolicyDescription;

/** The learned policies that travel with a model, by name. */
final class LearnedPolicies {
    private final Map<String, LstmPolicy> policies = new HashMap<>();

    private LearnedPolicies() {}

    /** @throws EvaluationException if a policy's file cannot be read */
    static LearnedPolicies of(Subject subject) throws EvaluationException {
        LearnedPolicies all = new LearnedPolicies();
        for (PolicyDescription description : subject.model().policies()) {
            if (!Kind.isLearned(description.policy())) {
                continue;
            }
            Path file = subject.file(description.file())
                    .orElseThrow(() -> new EvaluationException(
                            "The model has no file " + description.file() + ".", "Make the model file again."));
            try {
                all.policies.put(description.policy(), PolicyOnnx.fromBytes(Files.readAllBytes(file)));
            } catch (IOException | IllegalArgumentException e) {
                throw new EvaluationException(
                        "The policy in " + description.file() + " cannot be read: " + e.getMessage(),
                        "Make the model file again.",
                        e);
            }
        }
        return all;
    }

    /** How a policy decides at a budget; empty if the model does not bring it. */
    Optional<Decider> at(String policy, double budget) {
        return get(policy).map(known -> known.at(budget));
    }

    /** A policy by its kind; empty if the model does not bring it. */
    Optional<LstmPolicy> get(String policy) {
        return Optional.ofNullable(policies.get(policy));
    }
}
