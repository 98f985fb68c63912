/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tck.internal.policy;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.tminus.failure.TminusException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.Path;
import org.tminus.policy.Policy;
import org.tminus.policy.PolicyRun;
import org.tminus.tck.Finding;
import org.tminus.tck.internal.Collected;
import org.tminus.tck.internal.Crowd;
import org.tminus.tck.internal.Failures;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;

/** What a policy is tested for with one model. */
public final class PolicyChecks {
    private static final int BATCHES = 60;
    private static final int LARGEST_MENU_FOR_ALL_SUBSETS = 8;

    private final Policy policy;
    private final AdaptiveModel model;
    private final Map<String, Object> parameters;

    /** @param parameters what configuration gives the policy */
    public PolicyChecks(Policy policy, AdaptiveModel model, Map<String, Object> parameters) {
        this.policy = policy;
        this.model = model;
        this.parameters = parameters;
    }

    private Batch batch(long number) {
        return Batch.numbered(model, model.menu(), parameters, number);
    }

    /** A policy may refuse, by a TminusException with advice; whatever else it does must be right. */
    private static List<String> holdOrRefuse(Policy policy, Batch batch, boolean nonsense, String when) {
        List<String> outcome = Failures.allowRefusal(when, () -> Conversation.hold(policy, batch, nonsense));
        return outcome == null ? List.of("refused") : outcome;
    }

    /** Under many circumstances; and a policy that refuses everything decides nothing. */
    public void decidesForEachRow() {
        boolean decided = false;
        for (int number = 0; number < BATCHES; number++) {
            Batch batch = batch(number);
            decided |= !holdOrRefuse(policy, batch, false, "Deciding " + batch.rows() + " rows")
                    .equals(List.of("refused"));
        }
        if (!decided) {
            Throwable reason = Failures.thrown(() -> Conversation.hold(policy, batch(0), false));
            throw Finding.of(
                    "The policy refused all of " + BATCHES + " batches for the model " + model + ": " + reason + ".",
                    "Decisions at least where budget and predictor are as usual.",
                    "If it needs parameters or a model of its own, override parameters() or models().");
        }
    }

    /** Limits and certificates may leave any of the paths. */
    public void choosesWithinEverySubset() {
        List<Path> menu = model.menu();
        List<Path> few = menu.size() <= LARGEST_MENU_FOR_ALL_SUBSETS
                ? menu
                : menu.subList(menu.size() - LARGEST_MENU_FOR_ALL_SUBSETS, menu.size());
        for (List<Path> allowed : PolicyModels.subsets(few)) {
            for (int number = 0; number < 6; number++) {
                Batch batch = Batch.numbered(model, allowed, parameters, number);
                holdOrRefuse(policy, batch, false, "Deciding when only " + allowed + " are allowed");
            }
        }
    }

    /** The same batch again, with others before and between. */
    public void decidesTheSameAgain() {
        for (int number = 0; number < BATCHES; number++) {
            Batch batch = batch(number);
            List<String> first = holdOrRefuse(policy, batch, false, "Deciding");
            holdOrRefuse(policy, batch(1000 + number), false, "Deciding");
            List<String> again = holdOrRefuse(policy, batch, false, "Deciding");
            if (!first.equals(again)) {
                throw Finding.of(
                        "The same batch with the same seed was decided as " + first + ", and later as " + again + ".",
                        "The same decisions, whatever came between.",
                        "Draw random numbers from context.seed() alone, and keep nothing of a request; or override"
                                + " isDeterministic() if the policy looks at a clock.");
            }
        }
    }

    /** Many threads at once. */
    public void decidesInManyThreads(boolean deterministic) throws InterruptedException {
        List<List<String>> expected = new ArrayList<>();
        for (int number = 0; number < BATCHES; number++) {
            expected.add(deterministic ? holdOrRefuse(policy, batch(number), false, "Deciding") : List.of());
        }
        Crowd.run("Deciding", thread -> {
            for (int round = 0; round < 4 * BATCHES; round++) {
                int number = (round * 7 + thread) % BATCHES;
                List<String> actual = holdOrRefuse(policy, batch(number), false, "Deciding in many threads");
                if (deterministic && !actual.equals(expected.get(number))) {
                    throw Finding.of(
                            "In many threads at once, a batch was decided as " + actual + ".",
                            expected.get(number) + ", as in one thread.",
                            "Keep what belongs to one batch in the PolicyRun, not in the policy.");
                }
            }
        });
    }

    /** Predictors that fail or belong to another model, exits full of NaN, parameters that make no sense. */
    public void survivesNonsense() {
        for (int number = 0; number < BATCHES; number++) {
            Batch batch = batch(number);
            Random random = new Random(number);
            holdOrRefuse(policy, batch, true, "Deciding with NaN at checkpoints");
            holdOrRefuse(
                    policy, batch.predicted(Batch.Prediction.FAILED), false, "Deciding with a predictor that fails");
            holdOrRefuse(policy, batch.predicted(Batch.Prediction.NONE), false, "Deciding without a predictor");
            for (int more : new int[] {1, 7}) {
                var odd = Batch.complexities(model, batch.rows(), random, more);
                holdOrRefuse(
                        policy,
                        batch.predicted(Batch.of(odd)),
                        false,
                        "Deciding with a predictor of " + odd.get(0).classes() + " classes");
            }
        }
        for (Object nonsense : new Object[] {"", "nonsense", -1, Double.NaN, Long.MAX_VALUE, List.of("a", "b"), true}) {
            for (String key : new String[] {"threshold", "menuIndex", "exit", "checkpoints", "thresholds", "weights"}) {
                Batch batch = Batch.numbered(model, model.menu(), Map.of(key, nonsense), 1);
                holdOrRefuse(policy, batch, false, "Deciding with the parameter " + key + "=" + nonsense);
            }
        }
    }

    /** What a decision costs is no negative number, and does not change. */
    public void statesItsCost() {
        long flops = policy.flopsPerRow(model);
        if (flops < 0) {
            throw Finding.of(
                    "flopsPerRow of the model " + model + " is " + flops + ".",
                    "0 or more.",
                    "Count what deciding one row takes; 0 for a policy that computes nothing.");
        }
        if (policy.flopsPerRow(model) != flops) {
            throw Finding.of(
                    "flopsPerRow gave " + flops + ", and another figure when asked again.",
                    "The same figure for the same model.",
                    "State what it costs at most.");
        }
    }

    /** Runs are closed whatever happens, also before they began to decide, and perhaps twice. */
    public void closesAnytime() throws TminusException {
        for (int number = 0; number < 10; number++) {
            Batch batch = batch(number);
            PolicyRun run = Failures.allowRefusal("Beginning", () -> policy.begin(batch));
            if (run == null) {
                continue;
            }
            if (number % 2 == 0) {
                Failures.allowRefusal("Deciding", run::first);
            }
            close(run);
            close(run);
        }
    }

    private static void close(PolicyRun run) {
        Throwable thrown = Failures.thrown(run::close);
        if (thrown != null) {
            throw Finding.of(
                    "Closing a run threw " + thrown + ".",
                    "Nothing happens, also the second time and before first() was called.",
                    "Free only what is there.",
                    thrown);
        }
    }

    /** Nothing of a request stays once its run is closed. */
    public void keepsNothingOfARequest() {
        WeakReference<?> reference = forgotten();
        // Others follow, so that one remembered value would have been replaced.
        if (!Collected.soon(reference)) {
            throw Finding.of(
                    "After its run was closed, the policy still referred to a request's context.",
                    "Nothing refers to it.",
                    "Keep the context in the PolicyRun only, never in the policy or in a static field.");
        }
    }

    private WeakReference<?> forgotten() {
        HostTensor marker = HostTensor.ofFloats(Shape.of(1), 1);
        Map<String, Object> own = new HashMap<>(parameters);
        own.put("kit-marker", marker);
        holdOrRefuse(policy, Batch.numbered(model, model.menu(), own, 3), false, "Deciding");
        return new WeakReference<>(marker);
    }
}
