/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.shell.internal.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tminus.failure.RolloutException;
import org.tminus.inference.ConfigurationProblem;
import org.tminus.inference.RolloutArm;
import org.tminus.inference.RolloutState;
import org.tminus.inference.Rollouts;

/** What the commands for rollouts say and do. */
class RolloutReportsTest {
    private final Fixtures.Platform platform = new Fixtures.Platform();
    private final List<RolloutState> states = new ArrayList<>();
    private final List<String> done = new ArrayList<>();
    private final Map<String, Map<String, Object>> stored = new HashMap<>();

    private record Arm(long requests, long errors, double meanNanos, double p95Nanos) implements RolloutArm {}

    private record State(
            String name,
            String kind,
            String candidate,
            String model,
            String mode,
            double share,
            String phase,
            String reason,
            RolloutArm control,
            RolloutArm candidateArm,
            long compared,
            long disagreed,
            long dropped,
            long unavailable)
            implements RolloutState {}

    private static RolloutState state(String name, String reason, long compared) {
        return new State(
                name,
                "policy",
                "new",
                "",
                "canary",
                0.1,
                "running",
                reason,
                new Arm(900, 1, 2e6, 3.5e6),
                new Arm(100, 2, Double.NaN, Double.NaN),
                compared,
                5,
                7,
                9);
    }

    private final Rollouts rollouts = new Rollouts() {
        @Override
        public List<RolloutState> rollouts() {
            return states;
        }

        @Override
        public void promote(String name) throws RolloutException {
            throw new RolloutException("not here", "");
        }

        @Override
        public void rollBack(String name) {
            done.add("back " + name);
        }

        @Override
        public void restart(String name) {
            done.add("restart " + name);
        }
    };

    private final RolloutSettings settings = new RolloutSettings() {
        @Override
        public Map<String, Object> read(String name) {
            return stored.getOrDefault(name, Map.of());
        }

        @Override
        public void write(String name, Map<String, Object> values) throws IOException {
            if (name.equals("full")) {
                throw new IOException("no space");
            }
            stored.put(name, values);
        }
    };

    private final RolloutStart start = new RolloutStart(rollouts, platform, settings);

    private static JsonNode json(Report report) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        report.print(new PrintStream(bytes, true, StandardCharsets.UTF_8), true);
        return new ObjectMapper().readTree(bytes.toByteArray());
    }

    @Test
    void bothSidesAreShown() throws Exception {
        states.add(state("careful", "It waits.", 50));
        Report report = RolloutsReport.of(states);
        assertThat(report.tables().get(0).rows())
                .containsExactly(List.of("careful", "policy", "new", "all", "canary", "0.1", "running"));
        assertThat(report.tables().get(1).rows())
                .containsExactly(
                        List.of("careful", "in force", "900", "1", "2.00", "3.50", "", ""),
                        List.of("careful", "candidate", "100", "2", "-", "-", "50", "90.00"));
        assertThat(report.lines())
                .contains("careful: It waits.")
                .anyMatch(line -> line.contains("9 requests"))
                .anyMatch(line -> line.contains("7 requests"));
        JsonNode json = json(report).get("rollouts").get(0);
        assertThat(json.get("control").get("p95Nanos").doubleValue()).isEqualTo(3.5e6);
        assertThat(json.get("candidateArm").has("p95Nanos")).isFalse();
        assertThat(json.get("disagreed").longValue()).isEqualTo(5);
    }

    @Test
    void nothingIsSaidSo() {
        assertThat(RolloutsReport.of(List.of()).lines())
                .singleElement()
                .asString()
                .contains("Nothing is tried");
    }

    @Test
    void startingWritesConfigurationOrBeginsAnew() throws Exception {
        Report report = start.start("careful", Map.of("kind", "policy", "candidate", "new"));
        assertThat(stored.get("careful")).containsEntry("candidate", "new");
        assertThat(report.lines()).anyMatch(line -> line.contains("org.tminus.rollout~careful"));
        assertThat(start.isSettled("careful")).isFalse();
        states.add(state("careful", "", 0));
        assertThat(start.isSettled("careful")).isTrue();
        assertThat(start.outcome("careful").tables()).hasSize(1);
        start.start("careful", Map.of("share", "0.5"));
        assertThat(stored.get("careful")).containsEntry("share", "0.5").containsEntry("kind", "policy");
        assertThat(done).isEmpty();
        start.start("careful", Map.of());
        assertThat(done).containsExactly("restart careful");
    }

    @Test
    void whatCannotBeStartedIsSaid() throws Exception {
        assertThatThrownBy(() -> start.start("a b", Map.of())).isInstanceOf(CommandFailure.class);
        assertThatThrownBy(() -> start.start("unknown", Map.of())).hasMessageContaining("--candidate");
        assertThatThrownBy(() -> start.start("full", Map.of("kind", "policy"))).hasMessageContaining("no space");
        start.start("bad", Map.of("kind", "bundle"));
        platform.problems.add(
                new ConfigurationProblem("org.tminus.rollout~bad", "kind", "bundle", "one of policy, predictor"));
        assertThat(start.isSettled("bad")).isTrue();
        assertThat(start.outcome("bad").lines()).singleElement().asString().contains("bundle");
    }
}
