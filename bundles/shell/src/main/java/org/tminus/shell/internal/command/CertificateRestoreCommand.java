/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.shell.internal.command;

import java.util.List;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.tminus.inference.CertificateControl;
import org.tminus.shell.internal.complete.ModelCompleter;
import org.tminus.shell.internal.report.CertificateRestore;
import org.tminus.shell.internal.report.CommandFailure;

/** Puts a withdrawn certificate in force again. */
@Service
@Command(
        scope = "tminus",
        name = "certificate-restore",
        description = "Puts a model's withdrawn certificate in force again, without new evidence.")
public final class CertificateRestoreCommand implements Action {
    @Reference(optional = true)
    private @Nullable CertificateControl control;

    @Argument(index = 0, name = "model", description = "The model's name", required = true, multiValued = true)
    @Completion(ModelCompleter.class)
    private List<String> words = List.of();

    @Option(name = "--json", description = "Prints JSON")
    private boolean json;

    @Override
    public @Nullable Object execute() throws CommandFailure {
        String model =
                new Words().flag("--json", () -> json = true).read(words, 1).get(0);
        CertificateRestore.of(CommandFailure.required(control, "coordinator", "org.tminus.coordinator"), model)
                .print(System.out, json);
        return null;
    }
}
