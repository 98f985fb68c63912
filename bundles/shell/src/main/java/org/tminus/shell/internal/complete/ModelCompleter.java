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
import org.tminus.model.AdaptiveModel;
import org.tminus.model.ModelRepository;

/** Names of installed models. */
@Service
public final class ModelCompleter implements Completer {
    @Reference(optional = true)
    private @Nullable ModelRepository repository;

    @Override
    public int complete(Session session, CommandLine line, List<String> candidates) {
        ModelRepository present = repository;
        List<String> names = present == null
                ? List.of()
                : present.models().stream().map(AdaptiveModel::name).distinct().toList();
        return new StringsCompleter(names).complete(session, line, candidates);
    }
}
