/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.shell.internal.complete;

import java.util.Arrays;
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
import org.tminus.model.OperatingPoint;

/** Names of operating points: of the models that the line names, or of all. */
@Service
public final class OperatingPointCompleter implements Completer {
    @Reference(optional = true)
    private @Nullable ModelRepository repository;

    @Override
    public int complete(Session session, CommandLine line, List<String> candidates) {
        ModelRepository present = repository;
        List<String> names = present == null ? List.of() : names(present.models(), Arrays.asList(line.getArguments()));
        return new StringsCompleter(names).complete(session, line, candidates);
    }

    static List<String> names(List<AdaptiveModel> models, List<String> words) {
        List<AdaptiveModel> named =
                models.stream().filter(model -> words.contains(model.name())).toList();
        return (named.isEmpty() ? models : named)
                .stream()
                        .flatMap(model -> model.operatingPoints().stream())
                        .map(OperatingPoint::name)
                        .distinct()
                        .toList();
    }
}
