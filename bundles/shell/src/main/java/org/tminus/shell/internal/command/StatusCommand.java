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
import org.tminus.inference.PlatformStatus;
import org.tminus.shell.internal.report.CommandFailure;
import org.tminus.shell.internal.report.StatusReport;

/** How the platform is. */
@Service
@Command(
        scope = "tminus",
        name = "status",
        description = "Shows whether requests are answered, which services are in force, and what was saved.")
public final class StatusCommand implements Action {
    @Reference(optional = true)
    private @Nullable PlatformStatus status;

    @Option(name = "--json", description = "Prints JSON")
    private boolean json;

    @Override
    public @Nullable Object execute() throws CommandFailure {
        StatusReport.of(CommandFailure.required(status, "coordinator", "org.tminus.coordinator"))
                .print(System.out, json);
        return null;
    }
}
