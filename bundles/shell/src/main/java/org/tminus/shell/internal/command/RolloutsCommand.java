/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.shell.internal.command;

import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.tminus.inference.Rollouts;
import org.tminus.shell.internal.report.CommandFailure;
import org.tminus.shell.internal.report.RolloutsReport;

/** How rollouts are going. */
@Service
@Command(
        scope = "tminus",
        name = "rollouts",
        description = "Shows what is tried on a share of the requests, and how both sides do.")
public final class RolloutsCommand implements Action {
    @Reference(optional = true)
    private @Nullable Rollouts rollouts;

    @Option(name = "--json", description = "Prints JSON")
    private boolean json;

    @Override
    public @Nullable Object execute() throws CommandFailure {
        RolloutsReport.of(CommandFailure.required(rollouts, "coordinator", "org.tminus.coordinator")
                        .rollouts())
                .print(System.out, json);
        return null;
    }
}
