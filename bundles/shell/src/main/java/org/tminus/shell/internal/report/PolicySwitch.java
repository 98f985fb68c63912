/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.shell.internal.report;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.tminus.inference.PlatformStatus;
import org.tminus.inference.ServiceState;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.OperatingPoint;

/** Puts a policy in force by configuration, and tells what that changes. */
public final class PolicySwitch {
    private static final String POLICY = "policy";
    private static final String POINT = "operatingPoint";
    private static final String PARAMETER = "parameter.";

    private final PlatformStatus status;
    private final List<AdaptiveModel> models;
    private final SettingsStore store;

    public PolicySwitch(PlatformStatus status, List<AdaptiveModel> models, SettingsStore store) {
        this.status = status;
        this.models = models;
        this.store = store;
    }

    /**
     * @param policy a policy that is registered
     * @param model the model it is for; null for all that have no configuration of their own
     * @param point an operating point of that policy; null for none in particular
     * @return what changed; its JSON names the models that follow under "models"
     * @throws CommandFailure if a name is unknown, the names do not fit, or the configuration cannot be written; nothing
     *     is changed then
     */
    public Report use(String policy, @Nullable String model, @Nullable String point) throws CommandFailure {
        requirePolicy(policy);
        List<AdaptiveModel> concerned = concerned(model);
        if (point != null) {
            requirePoint(policy, concerned, point);
        }
        try {
            return change(policy, model, point, concerned);
        } catch (IOException e) {
            throw new CommandFailure(
                    "The configuration could not be stored: " + e.getMessage() + ".",
                    "Check the space and the rights of the data folder.",
                    e);
        }
    }

    private void requirePolicy(String policy) throws CommandFailure {
        TreeSet<String> known = new TreeSet<>();
        for (ServiceState service : status.services()) {
            if (service.kind().equals(PoliciesReport.KIND)) {
                known.add(service.name());
            }
        }
        if (!known.contains(policy)) {
            throw new CommandFailure(
                    "There is no policy '" + policy + "'.",
                    known.isEmpty()
                            ? "No policy is registered: start a bundle org.tminus.policy.NAME."
                            : "Choose one of " + String.join(", ", known) + ".");
        }
    }

    private List<AdaptiveModel> concerned(@Nullable String model) throws CommandFailure {
        if (model == null) {
            return models;
        }
        List<AdaptiveModel> named =
                models.stream().filter(each -> each.name().equals(model)).toList();
        if (named.isEmpty()) {
            throw unknownModel(model, models);
        }
        return named;
    }

    /** The failure for a model that is not installed. */
    public static CommandFailure unknownModel(String model, List<AdaptiveModel> models) {
        TreeSet<String> known = new TreeSet<>();
        models.forEach(each -> known.add(each.name()));
        return new CommandFailure(
                "No model '" + model + "' is installed.",
                known.isEmpty()
                        ? "Put a .tminus file into the deploy folder."
                        : "Installed: " + String.join(", ", known) + ".");
    }

    private static void requirePoint(String policy, List<AdaptiveModel> concerned, String point) throws CommandFailure {
        TreeSet<String> fitting = new TreeSet<>();
        for (AdaptiveModel model : concerned) {
            for (OperatingPoint each : model.operatingPoints()) {
                if (each.policy().equals(policy)) {
                    fitting.add(each.name());
                }
            }
        }
        if (!fitting.contains(point)) {
            throw new CommandFailure(
                    "There is no operating point '" + point + "' for the policy " + policy + ".",
                    fitting.isEmpty()
                            ? "The models have none for this policy: leave --operating-point out."
                            : "Choose one of " + String.join(", ", fitting) + ".");
        }
    }

    private Report change(String policy, @Nullable String model, @Nullable String point, List<AdaptiveModel> concerned)
            throws IOException {
        SettingsStore.Settings before = store.read(model);
        Map<String, Object> after = new TreeMap<>(before.values());
        after.put(POLICY, policy);
        if (model != null) {
            after.put("model", model);
        }
        if (point != null) {
            after.put(POINT, point);
        } else if (after.get(POINT) instanceof String kept && !isFor(policy, concerned, kept)) {
            // It would be ignored, and look as if it were in force.
            after.remove(POINT);
        }
        Report report = new Report();
        if (after.equals(new TreeMap<>(before.values()))) {
            report.line("Nothing changed: this is what the configuration " + before.pid() + " says already.");
        } else {
            store.write(model, after);
            report.line("Changed the configuration " + before.pid() + ":");
            report.table(differences(before.values(), after));
        }
        notes(report, policy, model, after);
        return report.json("pid", before.pid()).json("before", before.values()).json("after", after);
    }

    private static boolean isFor(String policy, List<AdaptiveModel> models, String point) {
        return models.stream()
                .flatMap(model -> model.operatingPoint(point).stream())
                .anyMatch(each -> each.policy().equals(policy));
    }

    private static Table differences(Map<String, Object> before, Map<String, Object> after) {
        Table table = new Table().text("Key", "Before", "Now");
        TreeSet<String> keys = new TreeSet<>(before.keySet());
        keys.addAll(after.keySet());
        for (String key : keys) {
            Object old = before.getOrDefault(key, "-");
            Object now = after.getOrDefault(key, "-");
            if (!old.equals(now)) {
                table.row(key, old, now);
            }
        }
        return table;
    }

    private void notes(Report report, String policy, @Nullable String model, Map<String, Object> after)
            throws IOException {
        for (Map.Entry<String, Object> entry : after.entrySet()) {
            if (entry.getKey().startsWith(PARAMETER)) {
                report.line("Note: " + entry.getKey() + "=" + entry.getValue()
                        + " stays, and goes before what an operating point says.");
            }
        }
        TreeSet<String> following = new TreeSet<>();
        if (model != null) {
            following.add(model);
        } else {
            models.forEach(each -> following.add(each.name()));
        }
        for (String name : List.copyOf(following)) {
            SettingsStore.Settings own = store.read(name);
            Object ownPolicy = own.values().getOrDefault(POLICY, policy);
            if (model == null && !ownPolicy.equals(policy)) {
                following.remove(name);
                report.line("Note: model " + name + " keeps policy " + ownPolicy + ", by its own configuration "
                        + own.pid() + ".");
            }
        }
        report.json("models", following);
    }
}
