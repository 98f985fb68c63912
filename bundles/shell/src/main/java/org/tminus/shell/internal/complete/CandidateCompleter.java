/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.shell.internal.complete;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.completers.StringsCompleter;
import org.jspecify.annotations.Nullable;
import org.tminus.inference.PlatformStatus;
import org.tminus.inference.ServiceState;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.ModelRepository;

/** What can be tried: services of the kind that the line names, or of all; versions of models. */
@Service
public final class CandidateCompleter implements Completer {
    @Reference(optional = true)
    private @Nullable PlatformStatus status;

    @Reference(optional = true)
    private @Nullable ModelRepository repository;

    @Override
    public int complete(Session session, CommandLine line, List<String> candidates) {
        PlatformStatus platform = status;
        ModelRepository models = repository;
        List<String> names = names(
                platform == null ? List.of() : platform.services(),
                models == null ? List.of() : models.models(),
                Arrays.asList(line.getArguments()));
        return new StringsCompleter(names).complete(session, line, candidates);
    }

    static List<String> names(List<ServiceState> services, List<AdaptiveModel> models, List<String> words) {
        int mark = words.indexOf("--kind");
        String kind = mark >= 0 && mark + 1 < words.size() ? words.get(mark + 1) : "";
        Stream<String> plugins = services.stream()
                .filter(service -> kind.isEmpty() || service.kind().equals(kind))
                .map(ServiceState::name);
        Stream<String> versions = !kind.isEmpty() && !kind.equals("model")
                ? Stream.of()
                : models.stream().map(model -> Objects.toString(model.version()));
        return Stream.concat(plugins, versions).distinct().toList();
    }
}
