/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.policy.lstm.internal;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Constants;
import org.tminus.failure.InvalidRequestException;
import org.tminus.failure.ModelFormatException;
import org.tminus.failure.TminusException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.Path;
import org.tminus.model.PolicyDescription;
import org.tminus.policy.Policy;
import org.tminus.policy.PolicyContext;
import org.tminus.policy.PolicyParameters;
import org.tminus.policy.PolicyRun;
import org.tminus.predictor.Complexity;

/**
 * What both loops do alike: find the model's weights, the budget and the predictor's word. A model that has no such policy,
 * or a bad one, is refused like a wrong request, so that the policy stays in force for the other models.
 *
 * @param <T> what is worked out for a set of allowed paths
 */
abstract class LearnedPolicy<T> implements Policy {
    /** Below the others: where nobody names a policy, one that only some models have is not the one to take. */
    static final String RANKING = Constants.SERVICE_RANKING + ":Integer=-100";

    static final String BUDGET = "budget";

    /** A ratio of 0 cannot be met; networks are trained above it. */
    private static final double SMALLEST_BUDGET = 1e-6;

    private final String name;
    private final String loop;

    /** Weak keys: a model that is gone takes its weights with it, so no value may refer to its model. */
    private final Map<AdaptiveModel, Learned<T>> known = Collections.synchronizedMap(new WeakHashMap<>());

    LearnedPolicy(String name, String loop) {
        this.name = name;
        this.loop = loop;
    }

    abstract T plan(AdaptiveModel model, List<Path> allowed);

    /** @param complexities null if the network reads none */
    abstract PolicyRun run(
            PolicyContext context, LstmNetwork network, T plan, double budget, @Nullable List<Complexity> complexities);

    /** At most: one step before each layer of full depth. */
    @Override
    public long flopsPerRow(AdaptiveModel model) {
        PolicyDescription description = model.policy(name).orElse(null);
        if (description == null) {
            return 0;
        }
        int layers = model.layers().size();
        return layers
                * LstmNetwork.flopsPerStep(
                        LstmNetwork.FIXED_FEATURES + description.complexityClasses(),
                        description.hidden(),
                        1L + layers);
    }

    @Override
    public PolicyRun begin(PolicyContext context) throws TminusException {
        AdaptiveModel model = context.model();
        PolicyDescription description = model.policy(name)
                .orElseThrow(() -> new InvalidRequestException(
                        "Model " + model + " carries no weights for the policy '" + name + "'.",
                        "Choose another policy for it, or train this one."));
        if (!description.loop().equals(loop)) {
            throw new InvalidRequestException(
                    "Model " + model + " describes its policy '" + name + "' as one of the loop '" + description.loop()
                            + "', not '" + loop + "'.",
                    "Correct the description in the tool that made the model.");
        }
        Learned<T> learned = learned(model);
        LstmNetwork network = network(learned, model, description);
        double budget = budget(context);
        return run(context, network, plan(context, learned), budget, complexities(context, description));
    }

    private static <T> LstmNetwork network(Learned<T> learned, AdaptiveModel model, PolicyDescription description)
            throws InvalidRequestException {
        try {
            return learned.network(model, description);
        } catch (ModelFormatException e) {
            throw new InvalidRequestException(
                    "Model " + model + " goes without its policy '" + description.policy() + "'. " + e.getMessage(),
                    e.advice(),
                    e);
        }
    }

    /** The budget in force; without one the parameter; without that as good as full depth. */
    private double budget(PolicyContext context) throws InvalidRequestException {
        double parameter =
                PolicyParameters.of(context, name).number(BUDGET, 0, 1).orElse(1);
        return Math.max(SMALLEST_BUDGET, context.budget().flopsRatio().orElse(parameter));
    }

    private @Nullable List<Complexity> complexities(PolicyContext context, PolicyDescription description)
            throws TminusException {
        int classes = description.complexityClasses();
        if (classes == 0) {
            return null;
        }
        // Zeros in their place would be something that the network has never seen.
        List<Complexity> found = context.complexities()
                .orElseThrow(() -> new InvalidRequestException(
                        "Policy '" + name + "' was trained with the complexity predictor of model " + context.model()
                                + ", and no predictor in force supports the model.",
                        "Install the predictor, or choose a policy that needs none."));
        for (Complexity complexity : found) {
            if (complexity.classes() != classes) {
                throw new InvalidRequestException(
                        "Policy '" + name + "' was trained with " + classes + " classes of complexity, but the"
                                + " predictor in force has " + complexity.classes() + ".",
                        "Choose the predictor that travels with the model.");
            }
        }
        return found;
    }

    private T plan(PolicyContext context, Learned<T> learned) {
        AdaptiveModel model = context.model();
        List<Path> allowed = context.allowedPaths();
        if (allowed.size() != model.menu().size()) {
            return plan(model, allowed);
        }
        T plan = learned.plan();
        if (plan == null) {
            plan = plan(model, allowed);
            learned.setPlan(plan);
        }
        return plan;
    }

    private Learned<T> learned(AdaptiveModel model) {
        Learned<T> found = known.get(model);
        return found != null ? found : known.computeIfAbsent(model, missing -> new Learned<>());
    }
}
