/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.policy.confidence.internal;

import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.failure.InvalidRequestException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.LayerId;
import org.tminus.model.Path;
import org.tminus.model.TensorSpec;
import org.tminus.policy.Policy;
import org.tminus.policy.PolicyContext;
import org.tminus.policy.PolicyParameters;
import org.tminus.policy.PolicyRun;

/**
 * Goes deep until an exit is sure enough: an input stops at the first exit on the menu whose largest probability is at
 * least {@code threshold}. Needs no predictor, but pays for the heads that it reads. The parameter {@code checkpoints}
 * names the layers after which it may stop; without it these are all that have an exit on the menu. The parameter
 * {@code thresholds} gives each of them a threshold of its own, since exits differ in how sure they are when they are right.
 */
@Component(
        service = Policy.class,
        property = Policy.NAME + "=" + ConfidencePolicy.NAME_VALUE,
        configurationPid = ConfidencePolicy.PID)
@Designate(ocd = ConfidencePolicy.Config.class)
public final class ConfidencePolicy implements Policy {
    static final String NAME_VALUE = "confidence";
    static final String PID = "org.tminus.policy.confidence";
    static final String THRESHOLD = "threshold";
    static final String CHECKPOINTS = "checkpoints";
    static final String THRESHOLDS = "thresholds";
    static final double DEFAULT_THRESHOLD = 0.95;

    private static final Logger LOG = LoggerFactory.getLogger(ConfidencePolicy.class);

    /** The plans for whole menus, which is nearly every request, by checkpoints; a plan does not refer to its model. */
    private final Map<AdaptiveModel, Map<List<String>, ExitPlan>> plans =
            Collections.synchronizedMap(new WeakHashMap<>());

    private volatile double defaultThreshold;

    /** What holds where neither a model's configuration nor an operating point says otherwise. */
    @ObjectClassDefinition(
            name = "Tminus confidence policy",
            description = "Stops at the first exit that is sure enough.")
    @interface Config {
        /** From 0 to 1. */
        @AttributeDefinition(
                name = "Threshold",
                description =
                        "How sure an exit must be, from 0 to 1, where no parameter and no operating point says so.")
        double threshold() default DEFAULT_THRESHOLD;
    }

    /** With the usual threshold, where nobody configures it. */
    public ConfidencePolicy() {
        defaultThreshold = DEFAULT_THRESHOLD;
    }

    /** Starts with the configured threshold; a bad one is reported and the default taken. */
    @Activate
    public ConfidencePolicy(Config config) {
        defaultThreshold = valid(config.threshold(), DEFAULT_THRESHOLD);
    }

    @Modified
    void modified(Config config) {
        defaultThreshold = valid(config.threshold(), defaultThreshold);
    }

    private static double valid(double threshold, double otherwise) {
        if (threshold >= 0 && threshold <= 1) {
            return threshold;
        }
        LOG.error(
                "Configuration {}: threshold is {}, but must be a number from 0 to 1; {} stays in force",
                PID,
                threshold,
                otherwise);
        return otherwise;
    }

    /** At most: the soft-max of every exit on the way, four operations per entry. */
    @Override
    public long flopsPerRow(AdaptiveModel model) {
        if (model.signature().outputs().isEmpty()) {
            return 0;
        }
        TensorSpec output = model.signature().outputs().get(0);
        long entries = 1;
        for (int axis = 1; axis < output.dimensions().size(); axis++) {
            entries *= Math.max(1, output.dimensions().get(axis));
        }
        return 4 * entries * (model.menu().size() - 1);
    }

    @Override
    public PolicyRun begin(PolicyContext context) throws InvalidRequestException {
        PolicyParameters parameters = PolicyParameters.of(context, NAME_VALUE);
        OptionalDouble threshold = parameters.number(THRESHOLD, 0, 1);
        List<String> checkpoints = parameters.texts(CHECKPOINTS).orElse(null);
        Map<LayerId, Double> own = perLayer(parameters, checkpoints);
        // Without a figure of what a threshold costs here, the budget bounds the longest way.
        boolean bounded = context.budget().flopsRatio().isPresent()
                && parameters.operatingPoint().isEmpty()
                && !parameters.isConfigured(THRESHOLD)
                && own.isEmpty();
        return new EarlyExit(
                plan(context, parameters, checkpoints, bounded),
                threshold.orElse(defaultThreshold),
                own,
                context.rows());
    }

    /** The threshold of each checkpoint; empty if one is meant for all. */
    private static Map<LayerId, Double> perLayer(PolicyParameters parameters, @Nullable List<String> checkpoints)
            throws InvalidRequestException {
        double[] thresholds = parameters.numbers(THRESHOLDS, 0, 1).orElse(null);
        // Who asks for one threshold gets it, also at a point that was chosen with several.
        if (thresholds == null || parameters.isConfigured(THRESHOLD)) {
            return Map.of();
        }
        if (checkpoints == null || checkpoints.size() != thresholds.length) {
            throw parameters.invalid(THRESHOLDS, "must have one number for each of " + CHECKPOINTS);
        }
        Map<LayerId, Double> perLayer = new HashMap<>();
        for (int index = 0; index < thresholds.length; index++) {
            if (!checkpoints.get(index).isEmpty()) {
                perLayer.put(new LayerId(checkpoints.get(index)), thresholds[index]);
            }
        }
        return perLayer;
    }

    private ExitPlan plan(
            PolicyContext context, PolicyParameters parameters, @Nullable List<String> checkpoints, boolean bounded)
            throws InvalidRequestException {
        AdaptiveModel model = context.model();
        List<Path> allowed = context.allowedPaths();
        if (bounded || allowed.size() != model.menu().size()) {
            ExitPlan plan = bounded ? ExitPlan.within(context) : ExitPlan.of(model, allowed);
            return checkpoints == null ? plan : plan.restrictedTo(checkpoints, model, parameters);
        }
        // Checkpoints come from configuration and the model, so there are few; an empty list stands for all exits.
        Map<List<String>, ExitPlan> known = plans.computeIfAbsent(model, any -> new ConcurrentHashMap<>());
        List<String> key = checkpoints == null ? List.of() : checkpoints;
        ExitPlan plan = known.get(key);
        if (plan == null) {
            plan = ExitPlan.of(model, allowed);
            if (checkpoints != null) {
                plan = plan.restrictedTo(checkpoints, model, parameters);
            }
            known.put(key, plan);
        }
        return plan;
    }
}
