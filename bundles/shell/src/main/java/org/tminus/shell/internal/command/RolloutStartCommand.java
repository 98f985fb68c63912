/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.shell.internal.command;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.completers.StringsCompleter;
import org.jspecify.annotations.Nullable;
import org.osgi.service.cm.ConfigurationAdmin;
import org.tminus.inference.PlatformStatus;
import org.tminus.inference.Rollouts;
import org.tminus.shell.internal.complete.CandidateCompleter;
import org.tminus.shell.internal.complete.ModelCompleter;
import org.tminus.shell.internal.complete.RolloutCompleter;
import org.tminus.shell.internal.report.AdminRolloutSettings;
import org.tminus.shell.internal.report.CommandFailure;
import org.tminus.shell.internal.report.Report;
import org.tminus.shell.internal.report.RolloutStart;

/** Begins a rollout, or begins one anew. */
@Service
@Command(
        scope = "tminus",
        name = "rollout-start",
        description = "Tries a policy, predictor, backend or version of a model on a share of the requests; without"
                + " options, begins a rollout anew.")
public final class RolloutStartCommand implements Action {
    private static final long WAIT_MILLIS = 2_000;

    @Reference(optional = true)
    private @Nullable Rollouts rollouts;

    @Reference(optional = true)
    private @Nullable PlatformStatus status;

    @Reference(optional = true)
    private @Nullable ConfigurationAdmin admin;

    @Argument(index = 0, name = "name", description = "The rollout's name", required = true, multiValued = true)
    @Completion(RolloutCompleter.class)
    private List<String> words = List.of();

    @Option(name = "--kind", description = "What is tried: policy, predictor, backend or model")
    @Completion(
            value = StringsCompleter.class,
            values = {"policy", "predictor", "backend", "model"})
    private @Nullable String kind;

    @Option(name = "--candidate", description = "The name of the service, or the exact version of the model")
    @Completion(CandidateCompleter.class)
    private @Nullable String candidate;

    @Option(name = "--model", description = "The model that it is for; all otherwise")
    @Completion(ModelCompleter.class)
    private @Nullable String model;

    @Option(name = "--mode", description = "shadow: answers are repeated afterwards; canary: the candidate answers")
    @Completion(
            value = StringsCompleter.class,
            values = {"shadow", "canary"})
    private @Nullable String mode;

    @Option(name = "--share", description = "The share of the requests, 0 to 1")
    private @Nullable String share;

    @Option(name = "--minimum-requests", description = "Requests of each side before latency is judged")
    private @Nullable String minimumRequests;

    @Option(name = "--max-error-rate", description = "Share of errors above which the candidate is rolled back")
    private @Nullable String maxErrorRate;

    @Option(
            name = "--max-latency-ratio",
            description = "95th percentile of latency over that in force, above which the candidate is rolled back")
    private @Nullable String maxLatencyRatio;

    @Option(name = "--min-agreement", description = "Share of equal answers below which the candidate is rolled back")
    private @Nullable String minAgreement;

    @Option(name = "--promote-after", description = "Requests after which a good candidate is put in force")
    private @Nullable String promoteAfter;

    @Option(name = "--json", description = "Prints JSON")
    private boolean json;

    @Override
    public @Nullable Object execute() throws CommandFailure, InterruptedException {
        String name = new Words()
                .option("--kind", value -> kind = value)
                .option("--candidate", value -> candidate = value)
                .option("--model", value -> model = value)
                .option("--mode", value -> mode = value)
                .option("--share", value -> share = value)
                .option("--minimum-requests", value -> minimumRequests = value)
                .option("--max-error-rate", value -> maxErrorRate = value)
                .option("--max-latency-ratio", value -> maxLatencyRatio = value)
                .option("--min-agreement", value -> minAgreement = value)
                .option("--promote-after", value -> promoteAfter = value)
                .flag("--json", () -> json = true)
                .read(words, 1)
                .get(0);
        RolloutStart start = new RolloutStart(
                CommandFailure.required(rollouts, "coordinator", "org.tminus.coordinator"),
                CommandFailure.required(status, "coordinator", "org.tminus.coordinator"),
                new AdminRolloutSettings(
                        CommandFailure.required(admin, "Configuration Admin service", "org.apache.felix.configadmin")));
        Report report = start.start(name, changes());
        report.print(System.out, json);
        if (!json) {
            awaitOutcome(start, name);
            start.outcome(name).print(System.out, false);
        }
        return null;
    }

    private Map<String, String> changes() {
        Map<String, String> changes = new TreeMap<>();
        put(changes, "kind", kind);
        put(changes, "candidate", candidate);
        put(changes, "model", model);
        put(changes, "mode", mode);
        put(changes, "share", share);
        put(changes, "minimumRequests", minimumRequests);
        put(changes, "maxErrorRate", maxErrorRate);
        put(changes, "maxLatencyRatio", maxLatencyRatio);
        put(changes, "minAgreement", minAgreement);
        put(changes, "promoteAfter", promoteAfter);
        return changes;
    }

    private static void put(Map<String, String> changes, String key, @Nullable String value) {
        if (value != null) {
            changes.put(key, value);
        }
    }

    /** Configuration is delivered on a thread of its own, so look a few times. */
    private static void awaitOutcome(RolloutStart start, String name) throws InterruptedException {
        long end = System.nanoTime() + WAIT_MILLIS * 1_000_000;
        while (!start.isSettled(name) && System.nanoTime() - end < 0) {
            Thread.sleep(20);
        }
    }
}
