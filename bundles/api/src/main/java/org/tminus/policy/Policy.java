/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.policy;

import org.osgi.annotation.versioning.ConsumerType;
import org.tminus.failure.TminusException;
import org.tminus.model.AdaptiveModel;

/**
 * Chooses paths (paper: policy network). Registered as a service with the property {@link #NAME}; shared by all
 * requests, so it keeps no state of any of them.
 */
@ConsumerType
public interface Policy {
    /** Service property: the policy's name, a string, by which configuration and requests select it. */
    String NAME = "tminus.name";

    /** What deciding costs per row, so that it counts in the FLOPs of every answer; the predictor counts apart. */
    long flopsPerRow(AdaptiveModel model);

    /**
     * Begins the work on a batch.
     *
     * @throws TminusException if the policy cannot serve this model or its parameters are wrong
     */
    PolicyRun begin(PolicyContext context) throws TminusException;
}
