/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.tminus.backend.Telemetry;
import org.tminus.failure.BudgetException;
import org.tminus.failure.NoBackendException;
import org.tminus.failure.UncertifiedException;
import org.tminus.inference.CertificateState;
import org.tminus.inference.Trace;
import org.tminus.policy.Budget;
import org.tminus.policy.Decision;

/** Which service answers, within which limits. */
class SelectionTest {
    private final Bench bench = new Bench();

    @AfterEach
    void close() {
        bench.close();
    }

    private String policy() throws Exception {
        return bench.trace(Bench.request()).policy();
    }

    private void configure(Map<String, Object> properties) {
        assertThat(bench.configuration.update(properties)).isTrue();
    }

    @Test
    void policyByConfigurationFilterRankingAndRequest() throws Exception {
        bench.backend("cpu", 0, new FakeBackend()).model(TestModels.model());
        bench.policy("low", 1, FakePolicy.depth(1)).policy("high", 9, FakePolicy.depth(2));
        assertThat(policy()).isEqualTo("high");
        configure(Map.of("policyFilter", "(Service.Ranking<=5)"));
        assertThat(policy()).isEqualTo("low");
        configure(Map.of("policyFilter", "(tminus.name=absent)"));
        assertThat(policy()).isEqualTo("static");
        configure(Map.of("policy", "low"));
        assertThat(policy()).isEqualTo("low");
        assertThat(bench.trace(Bench.request().policy("high")).policy()).isEqualTo("high");
        bench.configuration.updateModel("org.tminus.model~toy", Map.of("policy", "high", "parameter.depth", "3"));
        assertThat(policy()).isEqualTo("high");
        assertThat(bench.coordinator.status().policyInForce("toy")).isEqualTo("high");
        bench.configuration.updateModel("org.tminus.model~other", Map.of("model", "toy2", "policy", "absent"));
        bench.configuration.removeModel("org.tminus.model~toy");
        assertThat(policy()).isEqualTo("low");
    }

    @Test
    void operatingPointNamesThePolicyAndReachesIt() throws Exception {
        bench.backend("cpu", 0, new FakeBackend()).model(TestModels.withOperatingPoint("tuned"));
        bench.policy("high", 9, FakePolicy.full());
        assertThat(policy()).isEqualTo("static");
        bench.policy("tuned", 0, new FakePolicy(context -> {
            Object depth = context.parameters()
                    .getOrDefault(
                            "depth",
                            context.operatingPoint().orElseThrow().parameters().get("depth"));
            return List.of(Decision.run(TestModels.path(depth == null ? 4 : ((Number) depth).intValue())));
        }));
        Trace trace = bench.trace(Bench.request());
        assertThat(trace.path()).isEqualTo(TestModels.path(2));
        assertThat(trace.operatingPoint()).contains("balanced");
        assertThat(bench.trace(Bench.request().operatingPoint("other")).path()).isEqualTo(TestModels.path(4));
        configure(Map.of("operatingPoint", "other"));
        assertThat(bench.trace(Bench.request()).operatingPoint()).contains("other");
        configure(Map.of("operatingPoint", "absent"));
        assertThat(bench.trace(Bench.request()).operatingPoint()).contains("balanced");
        assertThat(bench.coordinator.status().warnings()).anyMatch(warning -> warning.contains("'absent'"));
        bench.configuration.updateModel("org.tminus.model~toy", Map.of("parameter.depth", "3"));
        assertThat(bench.trace(Bench.request()).path()).isEqualTo(TestModels.path(3));
        assertThat(bench.trace(Bench.request().policy("high")).operatingPoint()).isEmpty();
    }

    @Test
    void backendByNameFilterAndRanking() throws Exception {
        FakeBackend slow = new FakeBackend();
        FakeBackend fast = new FakeBackend();
        bench.model(TestModels.model()).policy("full", 0, FakePolicy.full());
        assertThatThrownBy(() -> bench.infer(Bench.request())).isInstanceOf(NoBackendException.class);
        assertThat(bench.coordinator.status().ready()).isFalse();
        bench.backend("slow", 1, slow);
        assertThat(bench.trace(Bench.request()).backend()).isEqualTo("slow");
        bench.backend("fast", 2, fast);
        Bench.await(() -> fast.opened.get() == 1);
        Bench.await(() -> backend().equals("fast"));
        configure(Map.of("backend", "slow"));
        assertThat(backend()).isEqualTo("slow");
        configure(Map.of("backendFilter", "(tminus.name=none)"));
        assertThatThrownBy(() -> bench.infer(Bench.request()))
                .isInstanceOf(NoBackendException.class)
                .hasMessageContaining("toy");
        configure(Map.of("backend", "absent"));
        assertThat(backend()).isEqualTo("fast");
        bench.coordinator.board().updateBackend(slow, Map.of("tminus.name", "slow", "service.ranking", 7));
        assertThat(backend()).isEqualTo("slow");
        bench.removeBackend(slow);
        bench.removeBackend(fast);
        assertThatThrownBy(() -> bench.infer(Bench.request())).isInstanceOf(NoBackendException.class);
        assertThat(slow.closed).hasValue(1);
        assertThat(fast.closed).hasValue(1);
    }

    private String backend() {
        try {
            return bench.trace(Bench.request()).backend();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void budgetThatNoPathMeets() throws Exception {
        bench.backend("cpu", 0, new FakeBackend()).model(TestModels.model()).policy("full", 0, FakePolicy.full());
        Budget tiny = Budget.ofFlopsRatio(0.1);
        Trace trace = bench.trace(Bench.request().budget(tiny));
        assertThat(trace.budgetMissed()).isTrue();
        assertThat(trace.path()).isEqualTo(TestModels.path(1));
        assertThatThrownBy(() -> bench.infer(Bench.request().budget(tiny).strict(true)))
                .isInstanceOf(BudgetException.class);
        configure(Map.of("budgetFlopsRatio", 0.1, "strict", true));
        assertThatThrownBy(() -> bench.infer(Bench.request())).isInstanceOf(BudgetException.class);
        // A ratio is a mean, so hard inputs may go deeper than it.
        assertThat(bench.trace(Bench.request().budget(Budget.ofFlopsRatio(0.5))).path())
                .isEqualTo(TestModels.path(4));
        Trace small = bench.trace(
                Bench.request().budget(Budget.builder().memoryBytes(4200).build()));
        assertThat(small.path()).isEqualTo(TestModels.path(2));
        assertThat(small.budgetMissed()).isFalse();
    }

    @Test
    void deadlineLeavesOutPathsThatLatelyTookLonger() throws Exception {
        FakeBackend backend = new FakeBackend();
        backend.behaviour = (path, inputs, control) -> {
            long end = System.nanoTime() + (path.depth() == 4 ? 400_000_000L : 0);
            while (System.nanoTime() < end) {
                Thread.onSpinWait();
            }
            return FakeBackend.answer(path, inputs, control);
        };
        bench.backend("cpu", 0, backend).model(TestModels.model());
        bench.policy(
                "deepest",
                0,
                new FakePolicy(context -> List.of(Decision.run(
                        context.allowedPaths().get(context.allowedPaths().size() - 1)))));
        assertThat(bench.trace(Bench.request()).path()).isEqualTo(TestModels.path(4));
        assertThat(bench.trace(Bench.request().deadline(Duration.ofMillis(300))).path())
                .isEqualTo(TestModels.path(3));
        Budget quick = Budget.builder().latency(Duration.ofMillis(300)).build();
        assertThat(bench.trace(Bench.request().budget(quick)).path()).isEqualTo(TestModels.path(3));
        assertThat(bench.trace(Bench.request()).path()).isEqualTo(TestModels.path(4));
    }

    @Test
    void precedenceOfLimits() throws Exception {
        FakeBackend backend = new FakeBackend();
        bench.backend("cpu", 0, backend).model(TestModels.model()).policy("full", 0, FakePolicy.full());
        configure(Map.of("requireCertificate", "true", "temperatureLimitCelsius", "80", "memoryLimitBytes", 1000));
        // Certificate before budget: full depth answers, and the budget is missed.
        Trace certified = bench.trace(Bench.request().budget(Budget.ofFlopsRatio(0.3)));
        assertThat(certified.path()).isEqualTo(TestModels.path(4));
        assertThat(certified.certificate()).isEqualTo(CertificateState.FULL_DEPTH);
        assertThat(certified.budgetMissed()).isTrue();
        // Safety before certificate: what safety leaves is not certified, and nothing uncertified may answer.
        backend.telemetry =
                Telemetry.builder().figure(Telemetry.TEMPERATURE_CELSIUS, 81).build();
        assertThatThrownBy(() -> bench.infer(Bench.request())).isInstanceOf(UncertifiedException.class);
        configure(Map.of("temperatureLimitCelsius", "80", "memoryLimitBytes", 1000));
        Trace cool = bench.trace(Bench.request());
        assertThat(cool.path()).isEqualTo(TestModels.path(1));
        assertThat(cool.fallbacks()).isNotEmpty();
        backend.telemetry =
                Telemetry.builder().figure(Telemetry.MEMORY_BYTES, 1001).build();
        assertThat(bench.trace(Bench.request()).path()).isEqualTo(TestModels.path(1));
        backend.telemetry =
                Telemetry.builder().figure(Telemetry.MEMORY_BYTES, 1000).build();
        assertThat(bench.trace(Bench.request()).path()).isEqualTo(TestModels.path(4));
    }

    @Test
    void anOperatingPointThatARequestNamesBringsItsPolicy() throws Exception {
        FakeBackend backend = new FakeBackend();
        try (Bench bench = new Bench(Map.of("policy", "full"))
                .backend("cpu", 0, backend)
                .policy("full", 9, FakePolicy.full())
                .policy("shallow", 0, FakePolicy.depth(1))
                .model(TestModels.withOperatingPoint("shallow"))) {
            bench.awaitReady();
            assertThat(bench.trace(Bench.request()).policy()).isEqualTo("full");
            Trace trace = bench.trace(Bench.request().operatingPoint("other"));
            assertThat(trace.policy()).isEqualTo("shallow");
            assertThat(trace.operatingPoint()).contains("other");
            // What configuration forbids is not used, and the trace says so.
            bench.configuration.update(Map.of("policyFilter", "(tminus.name=full)"));
            Trace forbidden = bench.trace(Bench.request().operatingPoint("other"));
            assertThat(forbidden.policy()).isEqualTo("static");
            assertThat(forbidden.fallbacks()).isNotEmpty();
        }
    }
}
