/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.shell.internal.command;

import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.tminus.failure.RolloutException;
import org.tminus.inference.Rollouts;

/** Sends no more requests to the candidate of a rollout. */
@Service
@Command(scope = "tminus", name = "rollout-back", description = "Sends no more requests to the candidate of a rollout.")
public final class RolloutBackCommand extends RolloutChange {
    @Override
    void change(Rollouts rollouts, String name) throws RolloutException {
        rollouts.rollBack(name);
    }

    @Override
    String done() {
        return "No more requests go to what %s tried.";
    }
}
