/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.shell.internal.command;

import java.util.Collection;
import java.util.List;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.osgi.service.cm.ConfigurationAdmin;
import org.tminus.inference.PlatformStatus;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.ModelRepository;
import org.tminus.shell.internal.complete.ModelCompleter;
import org.tminus.shell.internal.complete.OperatingPointCompleter;
import org.tminus.shell.internal.complete.PolicyCompleter;
import org.tminus.shell.internal.report.AdminSettings;
import org.tminus.shell.internal.report.CommandFailure;
import org.tminus.shell.internal.report.PolicySwitch;
import org.tminus.shell.internal.report.Report;

/** Puts a policy in force, while requests are running. */
@Service
@Command(
        scope = "tminus",
        name = "policy-use",
        description = "Puts a policy in force, for one model or for all; the choice survives restarts.")
public final class PolicyUseCommand implements Action {
    private static final long WAIT_MILLIS = 2_000;

    @Reference(optional = true)
    private @Nullable ModelRepository repository;

    @Reference(optional = true)
    private @Nullable PlatformStatus status;

    @Reference(optional = true)
    private @Nullable ConfigurationAdmin admin;

    @Argument(index = 0, name = "policy", description = "The policy's name", required = true, multiValued = true)
    @Completion(PolicyCompleter.class)
    private List<String> words = List.of();

    @Option(
            name = "--model",
            description = "The model that it is for; all without configuration of their own otherwise")
    @Completion(ModelCompleter.class)
    private @Nullable String model;

    @Option(name = "--operating-point", description = "An operating point of the model for this policy")
    @Completion(OperatingPointCompleter.class)
    private @Nullable String operatingPoint;

    @Option(name = "--json", description = "Prints JSON")
    private boolean json;

    @Override
    public @Nullable Object execute() throws CommandFailure, InterruptedException {
        String policy = new Words()
                .option("--model", value -> model = value)
                .option("--operating-point", value -> operatingPoint = value)
                .flag("--json", () -> json = true)
                .read(words, 1)
                .get(0);
        PlatformStatus platform = CommandFailure.required(status, "coordinator", "org.tminus.coordinator");
        List<AdaptiveModel> models = CommandFailure.required(repository, "model repository", "org.tminus.models")
                .models();
        AdminSettings settings = new AdminSettings(
                CommandFailure.required(admin, "Configuration Admin service", "org.apache.felix.configadmin"));
        Report report = new PolicySwitch(platform, models, settings).use(policy, model, operatingPoint);
        report.print(System.out, json);
        if (!json && report.json().get("models") instanceof Collection<?> following) {
            for (Object each : following) {
                tell(platform, policy, each.toString());
            }
        }
        return null;
    }

    /** Configuration is delivered on a thread of its own, so look a few times. */
    private static void tell(PlatformStatus platform, String policy, String model) throws InterruptedException {
        long end = System.nanoTime() + WAIT_MILLIS * 1_000_000;
        while (!platform.policyInForce(model).equals(policy) && System.nanoTime() - end < 0) {
            Thread.sleep(20);
        }
        System.out.println("In force for " + model + ": " + platform.policyInForce(model) + ".");
    }
}
