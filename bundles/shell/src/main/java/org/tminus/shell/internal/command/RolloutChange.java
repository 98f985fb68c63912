/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.shell.internal.command;

import java.util.List;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.jspecify.annotations.Nullable;
import org.tminus.failure.RolloutException;
import org.tminus.inference.Rollouts;
import org.tminus.shell.internal.complete.RolloutCompleter;
import org.tminus.shell.internal.report.CommandFailure;
import org.tminus.shell.internal.report.Report;

/** What ends a rollout one way or the other. */
abstract class RolloutChange implements Action {
    @Reference(optional = true)
    private @Nullable Rollouts rollouts;

    @Argument(index = 0, name = "name", description = "The rollout's name", required = true, multiValued = true)
    @Completion(RolloutCompleter.class)
    private List<String> words = List.of();

    @Option(name = "--json", description = "Prints JSON")
    private boolean json;

    /** Changes the rollout. */
    abstract void change(Rollouts rollouts, String name) throws RolloutException;

    /** The sentence for people, with a place for the rollout's name. */
    abstract String done();

    @Override
    public @Nullable Object execute() throws CommandFailure {
        String name =
                new Words().flag("--json", () -> json = true).read(words, 1).get(0);
        try {
            change(CommandFailure.required(rollouts, "coordinator", "org.tminus.coordinator"), name);
        } catch (RolloutException e) {
            throw CommandFailure.of(e);
        }
        new Report().line(String.format(done(), name)).json("name", name).print(System.out, json);
        return null;
    }
}
