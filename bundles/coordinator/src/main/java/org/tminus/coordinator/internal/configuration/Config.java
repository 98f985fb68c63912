/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.configuration;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/**
 * The keys of PID {@code org.tminus}, for tools that edit configurations. The values are read by
 * {@link ConfigurationValidator} and not through this type, because a value that cannot be converted must be reported
 * rather than become a zero.
 */
@ObjectClassDefinition(
        name = "Tminus",
        description = "Which services answer requests, and within which limits. Empty or absent means: not set.")
public @interface Config {
    @AttributeDefinition(description = "Name of the policy; without it the one that the model's operating point names")
    String policy() default "";

    @AttributeDefinition(description = "Name of the complexity predictor; without it the highest ranking one")
    String predictor() default "";

    @AttributeDefinition(description = "Name of the backend to prefer; without it the highest ranking one")
    String backend() default "";

    @AttributeDefinition(description = "LDAP filter: only policies whose service properties match are used")
    String policyFilter() default "";

    @AttributeDefinition(description = "LDAP filter: only predictors whose service properties match are used")
    String predictorFilter() default "";

    @AttributeDefinition(description = "LDAP filter: only backends whose service properties match are used")
    String backendFilter() default "";

    @AttributeDefinition(description = "Name of the operating point; without it the model's default")
    String operatingPoint() default "";

    @AttributeDefinition(description = "Mean FLOPs per input as a share of full depth, above 0 and at most 1")
    String budgetFlopsRatio() default "";

    @AttributeDefinition(description = "Whether a budget that cannot be met is an error")
    boolean strict() default false;

    @AttributeDefinition(description = "Requests at work at once, 0 to 1024; 0: as many as the backends do well")
    int workers() default 0;

    @AttributeDefinition(description = "Requests that may wait, 1 to 1000000")
    int queueCapacity() default 1024;

    @AttributeDefinition(description = "How long a service that goes may finish its work, 0 to 600000 milliseconds")
    long drainTimeoutMillis() default 10_000;

    @AttributeDefinition(description = "How long one call to a plugin may take, 1 to 3600000 milliseconds")
    long pluginTimeoutMillis() default 30_000;

    @AttributeDefinition(
            description = "Calls to one plugin that may hang before it is not even probed any more, 1 to 1000")
    int abandonedCallLimit() default 4;

    @AttributeDefinition(description = "Whether only certified paths and full depth may answer")
    boolean requireCertificate() default false;

    @AttributeDefinition(
            description = "Native memory of a backend above which only the cheapest path is allowed, bytes")
    String memoryLimitBytes() default "";

    @AttributeDefinition(description = "Temperature of a device above which only the cheapest path is allowed, Celsius")
    String temperatureLimitCelsius() default "";

    @AttributeDefinition(description = "Whether requests always run on worker threads, never on a client's own thread")
    boolean handOver() default false;

    @AttributeDefinition(
            description = "Share of certified answers that also run at full depth and are compared, 0 to 1")
    String shadowShare() default "0";

    @AttributeDefinition(
            description = "Requests that may wait for their comparison, 1 to 1000000; more are not compared")
    int shadowQueueCapacity() default 64;

    @AttributeDefinition(description = "Bytes of one request's inputs that may be copied for its comparison")
    long shadowMaxBytes() default 1_048_576;

    @AttributeDefinition(
            description = "Cosine from which an output without labels counts as that of full depth, -1 to 1; used only"
                    + " where the model's certificate does not state its rule")
    String agreementCosine() default "0.99";

    @AttributeDefinition(
            description = "Rows of waiting requests that may run together, 1 to 4096; 1: requests are not joined")
    int batchMaxRows() default 1;

    @AttributeDefinition(
            description = "How long a request may be held back for others to join it, 0 to 1000000 microseconds; 0: it"
                    + " is joined only with those that wait already")
    long batchDelayMicros() default 0;
}
