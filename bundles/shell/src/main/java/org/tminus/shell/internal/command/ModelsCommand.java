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
import org.tminus.inference.PlatformStatus;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.ModelRepository;
import org.tminus.shell.internal.complete.ModelCompleter;
import org.tminus.shell.internal.report.CommandFailure;
import org.tminus.shell.internal.report.ModelsReport;
import org.tminus.shell.internal.report.PolicySwitch;

/** The installed models. */
@Service
@Command(scope = "tminus", name = "models", description = "Shows the installed models.")
public final class ModelsCommand implements Action {
    @Reference(optional = true)
    private @Nullable ModelRepository repository;

    @Reference(optional = true)
    private @Nullable PlatformStatus status;

    @Argument(index = 0, name = "model", description = "Shows this model only", multiValued = true)
    @Completion(ModelCompleter.class)
    private List<String> words = List.of();

    @Option(name = "--details", description = "Shows layers, exits, paths and operating points, too")
    private boolean details;

    @Option(name = "--json", description = "Prints JSON")
    private boolean json;

    @Override
    public @Nullable Object execute() throws CommandFailure {
        List<String> names = new Words()
                .flag("--details", () -> details = true)
                .flag("--json", () -> json = true)
                .read(words, 1);
        String name = names.isEmpty() ? null : names.get(0);
        List<AdaptiveModel> all = CommandFailure.required(repository, "model repository", "org.tminus.models")
                .models();
        List<AdaptiveModel> shown = name == null
                ? all
                : all.stream().filter(model -> model.name().equals(name)).toList();
        if (name != null && shown.isEmpty()) {
            throw PolicySwitch.unknownModel(name, all);
        }
        if (details && !json) {
            for (AdaptiveModel model : shown) {
                ModelsReport.details(model, policyInForce(model.name())).print(System.out, false);
            }
        }
        if (!details || json || shown.isEmpty()) {
            ModelsReport.overview(shown, this::policyInForce).print(System.out, json);
        }
        return null;
    }

    private String policyInForce(String model) {
        PlatformStatus present = status;
        return present == null ? "-" : present.policyInForce(model);
    }
}
