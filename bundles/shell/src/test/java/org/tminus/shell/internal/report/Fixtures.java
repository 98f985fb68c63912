/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.shell.internal.report;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.framework.Version;
import org.tminus.inference.CertifiedPoint;
import org.tminus.inference.ConfigurationProblem;
import org.tminus.inference.PlatformStatus;
import org.tminus.inference.ServiceState;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.AdaptiveModelBuilder;
import org.tminus.model.Cost;
import org.tminus.model.ExitId;
import org.tminus.model.HiddenState;
import org.tminus.model.LayerId;
import org.tminus.model.ModelSignature;
import org.tminus.model.OperatingPoint;
import org.tminus.model.Path;
import org.tminus.model.TensorSpec;
import org.tminus.tensor.ElementType;

/** A model and a platform for the tests of this bundle. */
public final class Fixtures {
    private Fixtures() {}

    /** Two layers, three labels, one operating point each for budget (thrifty for plants, balanced for others) and confidence. */
    public static AdaptiveModel model(String name) {
        LayerId first = new LayerId("layer.0");
        LayerId second = new LayerId("layer.1");
        return new AdaptiveModelBuilder(name, Version.parseVersion("1.0.0"))
                .description("For tests")
                .signature(new ModelSignature(
                        List.of(
                                new TensorSpec("x", ElementType.FLOAT32, List.of(TensorSpec.ANY, 2L)),
                                new TensorSpec("ids", ElementType.INT64, List.of(TensorSpec.ANY))),
                        List.of(new TensorSpec("logits", ElementType.FLOAT32, List.of(TensorSpec.ANY, 3L))),
                        Optional.empty()))
                .hidden(new HiddenState(ElementType.FLOAT32, 1, 4, "first"))
                .layer(first, "a", "b", Optional.empty(), List.of(), Cost.of(new double[] {1e6}, 4096, new double[0]))
                .layer(
                        second,
                        "b",
                        "c",
                        Optional.of("it feeds another."),
                        List.of(),
                        Cost.of(new double[] {1e6}, 4096, new double[0]))
                .exit(new ExitId("exit.1"), Optional.of(first), "exits.onnx", "in", Map.of(), Cost.ZERO)
                .exit(ExitId.FINAL, Optional.of(second), "model.onnx", "c", Map.of(), Cost.ZERO)
                .menuPath(new Path(List.of(first), new ExitId("exit.1")))
                .menuPath(new Path(List.of(first, second), ExitId.FINAL))
                .operatingPoint(new OperatingPoint(
                        name.equals("plants") ? "thrifty" : "balanced",
                        "budget",
                        Map.of("threshold", 0.9),
                        "decision",
                        100,
                        0.6,
                        0.89,
                        0.9))
                .operatingPoint(new OperatingPoint(
                        "sure", "confidence", Map.of("threshold", 0.8), "decision", 100, 0.7, Double.NaN, Double.NaN))
                .defaultOperatingPoint(name.equals("plants") ? "thrifty" : "balanced")
                .labels(List.of("cat", "dog", "bird"))
                .build();
    }

    /** A platform that says what a test wants. */
    public static final class Platform implements PlatformStatus {
        public final List<ServiceState> services = new ArrayList<>(List.of(
                new ServiceState("policy", "budget", "org.tminus.policy.budget 1.0.0", 0, "in force", ""),
                new ServiceState("policy", "confidence", "org.tminus.policy.confidence 1.0.0", 0, "waiting", "ranking"),
                new ServiceState(
                        "backend", "cpu", "org.tminus.backend.cpu 1.0.0", 5, "quarantined", "failed 3 times")));
        final Map<String, Long> counters = new HashMap<>();
        final List<ConfigurationProblem> problems = new ArrayList<>();
        final List<CertifiedPoint> certificates = new ArrayList<>();
        final List<String> warnings = new ArrayList<>();
        public final Map<String, String> inForce = new HashMap<>();
        boolean ready = true;

        @Override
        public boolean ready() {
            return ready;
        }

        @Override
        public List<String> warnings() {
            return warnings;
        }

        @Override
        public List<ServiceState> services() {
            return services;
        }

        @Override
        public String policyInForce(String model) {
            return inForce.getOrDefault(model, "budget");
        }

        @Override
        public List<ConfigurationProblem> configurationProblems() {
            return problems;
        }

        @Override
        public List<CertifiedPoint> certificates() {
            return certificates;
        }

        @Override
        public Map<String, Long> counters() {
            return counters;
        }
    }
}
