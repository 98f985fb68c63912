/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.configuration;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/**
 * The keys of factory PID {@code org.tminus.rollout}, for tools that edit configurations. The values are read by
 * {@link ConfigurationValidator} and not through this type, because a value that cannot be converted must be reported
 * rather than become a zero.
 */
@ObjectClassDefinition(
        name = "Tminus rollout",
        description = "Tries a policy, predictor, backend or version of a model on a share of the requests."
                + " Empty or absent means: not set.",
        factoryPid = ConfigurationHolder.ROLLOUT_FACTORY_PID)
public @interface RolloutConfig {
    @AttributeDefinition(
            description = "What is tried",
            options = {
                @Option(label = "Policy", value = RolloutSettings.POLICY),
                @Option(label = "Predictor", value = RolloutSettings.PREDICTOR),
                @Option(label = "Backend", value = RolloutSettings.BACKEND),
                @Option(label = "Version of a model", value = RolloutSettings.MODEL)
            })
    String kind();

    @AttributeDefinition(description = "Name of the service that is tried, or the exact version of the model")
    String candidate();

    @AttributeDefinition(
            description = "Name of the model; without it all that have no setting of their own for what is tried")
    String model() default "";

    @AttributeDefinition(
            description = "Whether the candidate answers (canary), or only repeats afterwards what was answered",
            options = {
                @Option(label = "Shadow", value = RolloutSettings.SHADOW),
                @Option(label = "Canary", value = RolloutSettings.CANARY)
            })
    String mode() default RolloutSettings.SHADOW;

    @AttributeDefinition(description = "Share of the requests that are drawn, 0 to 1")
    String share() default "0.05";

    @AttributeDefinition(description = "Requests of each side before latency is judged, 1 to 1000000000")
    long minimumRequests() default 200;

    @AttributeDefinition(description = "Share of errors above which the candidate is rolled back, 0 to 1")
    String maxErrorRate() default "";

    @AttributeDefinition(
            description = "Candidate's 95th percentile of latency over that of what is in force, above which the"
                    + " candidate is rolled back, above 0 and at most 1000")
    String maxLatencyRatio() default "";

    @AttributeDefinition(
            description = "Share of equal answers below which the candidate is rolled back, 0 to 1; a canary's drawn"
                    + " requests then run a second time")
    String minAgreement() default "";

    @AttributeDefinition(
            description = "Requests of the candidate without a reason to roll back after which it is put in force,"
                    + " 1 to 1000000000; without it only by command")
    String promoteAfter() default "";
}
