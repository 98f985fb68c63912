/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.shell.internal.command;

import java.util.List;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.tminus.inference.PlatformStatus;
import org.tminus.model.ModelRepository;
import org.tminus.shell.internal.report.CommandFailure;
import org.tminus.shell.internal.report.PoliciesReport;

/** The policies, the ones in force marked. */
@Service
@Command(scope = "tminus", name = "policies", description = "Shows the policies; those in force have a star.")
public final class PoliciesCommand implements Action {
    @Reference(optional = true)
    private @Nullable ModelRepository repository;

    @Reference(optional = true)
    private @Nullable PlatformStatus status;

    @Option(name = "--json", description = "Prints JSON")
    private boolean json;

    @Override
    public @Nullable Object execute() throws CommandFailure {
        ModelRepository models = repository;
        PoliciesReport.of(
                        CommandFailure.required(status, "coordinator", "org.tminus.coordinator"),
                        models == null ? List.of() : models.models())
                .print(System.out, json);
        return null;
    }
}
