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
import org.tminus.inference.PlatformStatus;
import org.tminus.inference.ServiceState;

/** Names of registered policies. */
@Service
public final class PolicyCompleter implements Completer {
    @Reference(optional = true)
    private @Nullable PlatformStatus status;

    @Override
    public int complete(Session session, CommandLine line, List<String> candidates) {
        PlatformStatus present = status;
        List<String> names = present == null
                ? List.of()
                : present.services().stream()
                        .filter(service -> service.kind().equals("policy"))
                        .map(ServiceState::name)
                        .distinct()
                        .toList();
        return new StringsCompleter(names).complete(session, line, candidates);
    }
}
