/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.shell.internal.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tminus.inference.PlatformStatus;
import org.tminus.inference.ServiceState;
import org.tminus.model.AdaptiveModel;

/** The policies that are there, and where each is in force. */
public final class PoliciesReport {
    static final String KIND = "policy";

    private PoliciesReport() {}

    public static Report of(PlatformStatus status, List<AdaptiveModel> models) {
        Map<String, String> inForce = new LinkedHashMap<>();
        for (AdaptiveModel model : models) {
            inForce.computeIfAbsent(model.name(), status::policyInForce);
        }
        Report report = new Report();
        Table table =
                new Table().text("", "Policy", "State").numbers("Ranking").text("In force for", "Bundle", "Reason");
        List<ServiceState> policies = status.services().stream()
                .filter(service -> service.kind().equals(KIND))
                .toList();
        for (ServiceState policy : policies) {
            List<String> served = inForce.entrySet().stream()
                    .filter(entry -> entry.getValue().equals(policy.name()))
                    .map(Map.Entry::getKey)
                    .toList();
            boolean chosen =
                    !served.isEmpty() || (models.isEmpty() && policy.state().equals("in force"));
            table.row(
                    chosen ? "*" : "",
                    policy.name(),
                    policy.state(),
                    policy.ranking(),
                    String.join(", ", served),
                    policy.bundle(),
                    policy.reason());
        }
        if (policies.isEmpty()) {
            report.line("No policy is registered: static paths answer. Start a bundle org.tminus.policy.NAME.");
        }
        return report.table(table)
                .json("policies", policies.stream().map(StatusReport::json).toList())
                .json("inForce", inForce);
    }
}
