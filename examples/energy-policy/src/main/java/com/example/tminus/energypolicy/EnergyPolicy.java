/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package com.example.tminus.energypolicy;

import java.time.Clock;
import java.time.LocalTime;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.Path;
import org.tminus.policy.Decision;
import org.tminus.policy.Policy;
import org.tminus.policy.PolicyContext;
import org.tminus.policy.PolicyRun;
import org.tminus.policy.PolicyRuns;

/** Answers as deeply as the hour and the device allow, within the budget of the request. */
@Component(service = Policy.class, property = Policy.NAME + "=energy", configurationPid = EnergyPolicy.PID)
@Designate(ocd = EnergyPolicy.Config.class)
public final class EnergyPolicy implements Policy {
    static final String PID = "com.example.tminus.energypolicy";

    private static final Logger LOG = LoggerFactory.getLogger(EnergyPolicy.class);

    private final Clock clock;
    private volatile Rules rules;

    /** What an operator sets, also while requests are in flight. */
    @ObjectClassDefinition(
            name = "Energy policy",
            description = "Takes cheaper paths at quiet hours, and while the device is hot or draws much power.")
    @interface Config {
        @AttributeDefinition(name = "Quiet from", description = "Full hour, 0 to 23.", min = "0", max = "23")
        int quietFromHour() default 22;

        @AttributeDefinition(
                name = "Quiet to",
                description = "Full hour, 0 to 23; the same as the other for no quiet hours.",
                min = "0",
                max = "23")
        int quietToHour() default 6;

        @AttributeDefinition(name = "Share at quiet hours", description = "FLOPs over full depth, above 0, at most 1.")
        double quietRatio() default 0.3;

        @AttributeDefinition(name = "Hot", description = "From this temperature on, in degrees Celsius.")
        double hotCelsius() default 85;

        @AttributeDefinition(name = "High power", description = "From this power on, in watts.")
        double highWatts() default 1000;

        @AttributeDefinition(name = "Share under strain", description = "FLOPs over full depth, above 0, at most 1.")
        double strainedRatio() default 0.5;
    }

    /** @throws IllegalArgumentException if a value of the configuration is out of range */
    @Activate
    public EnergyPolicy(Config config) {
        this(rules(config), Clock.systemDefaultZone());
    }

    EnergyPolicy(Rules rules, Clock clock) {
        this.rules = rules;
        this.clock = clock;
    }

    private static Rules rules(Config config) {
        return new Rules(
                config.quietFromHour(),
                config.quietToHour(),
                config.quietRatio(),
                config.hotCelsius(),
                config.highWatts(),
                config.strainedRatio());
    }

    @Modified
    void modified(Config config) {
        try {
            rules = rules(config);
        } catch (IllegalArgumentException e) {
            LOG.error("The configuration {} is not used: {}; the values before stay in force", PID, e.getMessage());
        }
    }

    /** A few comparisons for the whole batch. */
    @Override
    public long flopsPerRow(AdaptiveModel model) {
        return 0;
    }

    @Override
    public PolicyRun begin(PolicyContext context) {
        double ratio = rules.ratio(LocalTime.now(clock), context.telemetry());
        Path affordable = context.affordablePath();
        Path saving = saving(context, ratio);
        boolean cheaper = flops(context, saving) < flops(context, affordable);
        return PolicyRuns.sameForAll(Decision.run(cheaper ? saving : affordable), context.rows());
    }

    /** The costliest allowed path within the share, or else the cheapest. */
    private static Path saving(PolicyContext context, double ratio) {
        List<Path> paths = context.allowedPaths();
        double limit = ratio * flops(context, context.model().fullDepth());
        int index = paths.size() - 1;
        while (index > 0 && flops(context, paths.get(index)) > limit) {
            index--;
        }
        return paths.get(index);
    }

    private static double flops(PolicyContext context, Path path) {
        double sum = 0;
        for (int row = 0; row < context.rows(); row++) {
            sum += context.model().cost(path).flops(context.length(row));
        }
        return sum;
    }
}
