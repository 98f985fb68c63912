/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.shell.internal.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.tminus.inference.CertifiedPoint;
import org.tminus.inference.ConfigurationProblem;
import org.tminus.inference.PlatformStatus;
import org.tminus.inference.ServiceState;

/** How the platform is. */
public final class StatusReport {
    /** Other counters are shown when there is something to count. */
    private static final Set<String> ALWAYS_SHOWN = Set.of("requests", "failed", "fallbacks", "swaps");

    private StatusReport() {}

    public static Report of(PlatformStatus status) {
        boolean ready = status.ready();
        List<String> warnings = status.warnings();
        Map<String, Long> counters = new TreeMap<>(status.counters());
        Report report = new Report();
        report.line(ready ? "Ready: requests are answered." : "Not ready: requests are not answered now.");
        warnings.forEach(warning -> report.line("Warning: " + warning));
        report.json("ready", ready).json("warnings", warnings);

        report.table(services(status.services()));
        report.json(
                "services", status.services().stream().map(StatusReport::json).toList());

        List<CertifiedPoint> certificates = status.certificates();
        if (!certificates.isEmpty()) {
            report.table(certificates(certificates));
        }
        report.json(
                "certificates", certificates.stream().map(StatusReport::json).toList());

        long flops = counters.getOrDefault("flops", 0L);
        long fullDepth = counters.getOrDefault("fullDepthFlops", 0L);
        if (fullDepth > 0) {
            double saved = 1 - flops / (double) fullDepth;
            report.line("Computation saved: " + Figures.percent(saved) + " (" + Figures.flops(flops)
                    + " spent where full depth takes " + Figures.flops(fullDepth) + ").");
            report.json("savedFlopsShare", saved);
        } else {
            report.line("Computation saved: no request has been answered yet.");
        }
        Table table = new Table().text("Counter").numbers("Value");
        counters.forEach((name, value) -> {
            if (value != 0 || ALWAYS_SHOWN.contains(name)) {
                table.row(name, value);
            }
        });
        report.table(table).json("counters", counters);

        List<ConfigurationProblem> problems = status.configurationProblems();
        if (!problems.isEmpty()) {
            report.line("Configuration that is not used; where a value is refused, the last good ones are in force:");
        }
        report.table(problems(problems));
        report.json(
                "configurationProblems",
                problems.stream().map(StatusReport::json).toList());
        return report;
    }

    private static Table services(List<ServiceState> services) {
        Table table =
                new Table().text("Kind", "Name", "State").numbers("Ranking").text("Bundle", "Reason");
        for (ServiceState service : services) {
            table.row(
                    service.kind(),
                    service.name(),
                    service.state(),
                    service.ranking(),
                    service.bundle(),
                    service.reason());
        }
        return table;
    }

    private static Table certificates(List<CertifiedPoint> points) {
        Table table = new Table()
                .text("Model", "Operating point", "Certificate")
                .numbers("Compared", "Disagreed", "Limit")
                .text("Reason");
        for (CertifiedPoint point : points) {
            table.row(
                    point.model() + " " + point.modelVersion(),
                    point.operatingPoint(),
                    point.state().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                    point.compared(),
                    point.disagreed(),
                    Double.isNaN(point.limit()) ? "-" : Figures.percent(point.limit()),
                    point.reason());
        }
        return table;
    }

    private static Table problems(List<ConfigurationProblem> problems) {
        Table table = new Table().text("Configuration", "Key", "Value", "Expected");
        problems.forEach(problem -> table.row(problem.pid(), problem.key(), problem.value(), problem.expected()));
        return table;
    }

    static Map<String, Object> json(ServiceState service) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("kind", service.kind());
        json.put("name", service.name());
        json.put("state", service.state());
        json.put("ranking", service.ranking());
        json.put("bundle", service.bundle());
        json.put("reason", service.reason());
        return json;
    }

    private static Map<String, Object> json(CertifiedPoint point) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("model", point.model());
        json.put("version", point.modelVersion().toString());
        json.put("operatingPoint", point.operatingPoint());
        json.put("state", point.state().name());
        json.put("reason", point.reason());
        if (!Double.isNaN(point.limit())) {
            json.put("limit", point.limit());
        }
        json.put("compared", point.compared());
        json.put("disagreed", point.disagreed());
        return json;
    }

    private static Map<String, Object> json(ConfigurationProblem problem) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("pid", problem.pid());
        json.put("key", problem.key());
        json.put("value", problem.value());
        json.put("expected", problem.expected());
        return json;
    }
}
