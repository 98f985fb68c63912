/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.configuration;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/**
 * The keys of factory PID {@code org.tminus.model}, for tools that edit configurations. The values are read by
 * {@link ConfigurationValidator} and not through this type, because a value that cannot be converted must be reported
 * rather than become a zero.
 */
@ObjectClassDefinition(
        name = "Tminus model",
        description =
                "What answers requests for one model; it goes before the configuration for all models. Empty or absent"
                        + " means: not set. Keys parameter.NAME are passed to the policy.",
        factoryPid = ConfigurationHolder.MODEL_FACTORY_PID)
public @interface ModelConfig {
    @AttributeDefinition(description = "Name of the model; without it what stands after ~ in the PID")
    String model() default "";

    @AttributeDefinition(
            description =
                    "The version that answers requests for any version; without it, or if it is not there, the newest")
    String version() default "";

    @AttributeDefinition(description = "Name of the policy")
    String policy() default "";

    @AttributeDefinition(description = "Name of the complexity predictor")
    String predictor() default "";

    @AttributeDefinition(description = "Name of the backend to prefer")
    String backend() default "";

    @AttributeDefinition(description = "Name of the operating point")
    String operatingPoint() default "";

    @AttributeDefinition(description = "Mean FLOPs per input as a share of full depth, above 0 and at most 1")
    String budgetFlopsRatio() default "";

    @AttributeDefinition(
            description = "Rows of waiting requests that may run together, 1 to 4096; 1: requests are not joined")
    String batchMaxRows() default "";

    @AttributeDefinition(
            description = "How long a request may be held back for others to join it, 0 to 1000000 microseconds")
    String batchDelayMicros() default "";
}
