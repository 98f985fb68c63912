/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.inference;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;
import org.tminus.failure.RolloutException;

/**
 * Trying a policy, predictor, backend or version of a model on a share of the requests. What is tried is configuration
 * (factory PID {@code org.tminus.rollout}); this tells how it goes, and takes decisions. A service of the platform;
 * thread-safe.
 */
@ProviderType
public interface Rollouts {
    /** All that are configured, by name. */
    List<RolloutState> rollouts();

    /**
     * Puts the candidate in force, by configuration, for what the rollout is for.
     *
     * @throws RolloutException if there is no such rollout, it was rolled back, its candidate is not there, or the
     *     configuration cannot be written; nothing is changed then
     */
    void promote(String name) throws RolloutException;

    /**
     * Sends nothing to the candidate any more, until the rollout's configuration changes or it is restarted.
     *
     * @throws RolloutException if there is no such rollout, or it was promoted
     */
    void rollBack(String name) throws RolloutException;

    /**
     * Begins a rollout anew: its counts and tests too.
     *
     * @throws RolloutException if there is no such rollout
     */
    void restart(String name) throws RolloutException;
}
