/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.shell.internal.complete;

import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.completers.StringsCompleter;
import org.jspecify.annotations.Nullable;
import org.tminus.inference.RolloutState;
import org.tminus.inference.Rollouts;

/** Names of rollouts. */
@Service
public final class RolloutCompleter implements Completer {
    @Reference(optional = true)
    private @Nullable Rollouts rollouts;

    @Override
    public int complete(Session session, CommandLine line, List<String> candidates) {
        Rollouts present = rollouts;
        List<String> names = present == null
                ? List.of()
                : present.rollouts().stream().map(RolloutState::name).toList();
        return new StringsCompleter(names).complete(session, line, candidates);
    }
}
