/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tminus.coordinator.internal.pipeline.ServiceEntry;
import org.tminus.coordinator.internal.session.SessionSlot;
import org.tminus.model.LayerId;
import org.tminus.model.Path;
import org.tminus.policy.Budget;
import org.tminus.policy.Decision;
import org.tminus.policy.Policy;

/** Has the policy in force decide, or takes the static path where it cannot. One per request. */
final class Decider {
    private record Way(Path path, List<LayerId> checkpoints) {}

    private final Execution execution;
    private final SessionSlot slot;
    private final Batch batch;
    private final Budget budget;
    private final Allowed allowed;

    Decider(Execution execution, SessionSlot slot, Batch batch, Budget budget, Allowed allowed) {
        this.execution = execution;
        this.slot = slot;
        this.batch = batch;
        this.budget = budget;
        this.allowed = allowed;
    }

    /** @param leased the policy, of which the execution holds a lease that is given back here or with the conversation */
    Plan decide(ServiceEntry<Policy> leased, BatchContext context, Prediction prediction) {
        PolicyConversation conversation = new PolicyConversation(execution, leased, context, prediction);
        boolean goesOn = false;
        try {
            List<Decision> decisions = conversation.first();
            List<Group> groups = group(decisions);
            goesOn = groups.stream().anyMatch(group -> !group.checkpoints().isEmpty());
            if (!goesOn) {
                // One that is asked again has to get through its checkpoints first.
                conversation.succeeded();
            }
            return new Plan(leased.name(), groups, goesOn ? conversation : null, conversation.flopsPerRow());
        } catch (PolicyFailure e) {
            if (!prediction.hasFailed()) {
                return fallBack(e.reason(), conversation.flopsPerRow());
            }
            // Counted where the predictor failed; the policy only passed it on.
            execution.note(e.reason());
            return staticPlan(conversation.flopsPerRow());
        } finally {
            if (!goesOn) {
                conversation.end();
            }
        }
    }

    /** The static path for all rows, because of this reason. */
    Plan fallBack(String reason, long flopsPerRow) {
        Plan plan = staticPlan(flopsPerRow);
        execution.fallback(
                execution.policy(), reason + " Path " + plan.groups().get(0).path() + " answers.");
        return plan;
    }

    /** The static path for all rows, where it has been told why. */
    Plan staticPlan(long flopsPerRow) {
        Path path = PathLimits.staticPath(slot.view(), batch, budget, allowed);
        return new Plan(Plan.STATIC, List.of(new Group(path, List.of(), null)), null, flopsPerRow);
    }

    private List<Group> group(List<Decision> decisions) {
        Group one = single(decisions);
        if (one != null) {
            return List.of(one);
        }
        Map<Way, List<Integer>> ways = new LinkedHashMap<>();
        for (int row = 0; row < decisions.size(); row++) {
            Decision decision = decisions.get(row);
            ways.computeIfAbsent(
                            new Way(decision.path().orElseThrow(), decision.checkpoints()), unseen -> new ArrayList<>())
                    .add(row);
        }
        List<Group> groups = new ArrayList<>();
        ways.forEach((way, rows) -> groups.add(new Group(
                way.path(),
                way.checkpoints(),
                rows.stream().mapToInt(Integer::intValue).toArray())));
        return groups;
    }

    /** Most batches go one way, and then nothing has to be copied. */
    private static @Nullable Group single(List<Decision> decisions) {
        Decision first = decisions.get(0);
        Path path = first.path().orElseThrow();
        for (int row = 1; row < decisions.size(); row++) {
            Decision decision = decisions.get(row);
            if (decision != first
                    && !(path.equals(decision.path().orElseThrow())
                            && first.checkpoints().equals(decision.checkpoints()))) {
                return null;
            }
        }
        return new Group(path, first.checkpoints(), null);
    }
}
