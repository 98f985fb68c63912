/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.shell.internal.command;

import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.tminus.failure.RolloutException;
import org.tminus.inference.Rollouts;

/** Puts the candidate of a rollout in force, by configuration. */
@Service
@Command(
        scope = "tminus",
        name = "rollout-promote",
        description = "Puts the candidate of a rollout in force, by configuration.")
public final class RolloutPromoteCommand extends RolloutChange {
    @Override
    void change(Rollouts rollouts, String name) throws RolloutException {
        rollouts.promote(name);
    }

    @Override
    String done() {
        return "In force now, by configuration: what %s tried.";
    }
}
