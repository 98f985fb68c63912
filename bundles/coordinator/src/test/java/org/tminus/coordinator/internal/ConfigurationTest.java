/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tminus.coordinator.internal.configuration.ConfigurationHolder;
import org.tminus.coordinator.internal.configuration.ConfigurationStore;
import org.tminus.coordinator.internal.configuration.ConfigurationValidator;
import org.tminus.inference.ConfigurationProblem;

/** A bad value is reported with key, value and range, and what was good stays in force, over restarts too. */
class ConfigurationTest {
    @TempDir
    Path folder;

    private ConfigurationHolder start(Map<String, Object> properties) {
        ConfigurationHolder holder = new ConfigurationHolder(new ConfigurationStore(folder.resolve("last-good")));
        holder.start(properties);
        return holder;
    }

    @ParameterizedTest
    @CsvSource({
        "budgetFlopsRatio, NaN",
        "budgetFlopsRatio, 0",
        "budgetFlopsRatio, -0.5",
        "budgetFlopsRatio, 1.5",
        "budgetFlopsRatio, half",
        "workers, -1",
        "workers, 1025",
        "workers, 1.5",
        "workers, many",
        "queueCapacity, 0",
        "queueCapacity, 99999999999999999999",
        "drainTimeoutMillis, -1",
        "pluginTimeoutMillis, 0",
        "abandonedCallLimit, 0",
        "memoryLimitBytes, 0",
        "temperatureLimitCelsius, Infinity",
        "strict, yes",
        "requireCertificate, 1",
        "shadowShare, 1.5",
        "shadowShare, NaN",
        "shadowQueueCapacity, 0",
        "shadowMaxBytes, 0",
        "agreementCosine, 2",
        "policyFilter, (tminus.name=full",
        "backendFilter, full",
    })
    void badValues(String key, String value) {
        var outcome = ConfigurationValidator.global("org.tminus", Map.of(key, value, "policy", "full"));
        assertThat(outcome.settings()).isNull();
        assertThat(outcome.problems()).singleElement().satisfies(problem -> {
            assertThat(problem.pid()).isEqualTo("org.tminus");
            assertThat(problem.key()).isEqualTo(key);
            assertThat(problem.value()).isEqualTo(value);
            assertThat(problem.expected()).isNotBlank();
        });
    }

    private static Map<String, Object> rollout(String key, String value) {
        Map<String, Object> properties = new HashMap<>(Map.of("kind", "policy", "candidate", "new"));
        properties.put(key, value);
        return properties;
    }

    @ParameterizedTest
    @CsvSource({
        "kind, bundle",
        "kind, ''",
        "candidate, ' '",
        "mode, both",
        "share, -0.1",
        "share, 1.1",
        "share, NaN",
        "minimumRequests, 0",
        "maxErrorRate, 2",
        "maxErrorRate, few",
        "maxLatencyRatio, 0",
        "maxLatencyRatio, 1001",
        "minAgreement, -1",
        "promoteAfter, 0",
        "promoteAfter, 1.5",
    })
    void badValuesOfRollouts(String key, String value) {
        var outcome = ConfigurationValidator.rollout("org.tminus.rollout~a", rollout(key, value));
        assertThat(outcome.settings()).isNull();
        assertThat(outcome.problems()).singleElement().satisfies(problem -> {
            assertThat(problem.key()).isEqualTo(key);
            assertThat(problem.expected()).isNotBlank();
        });
    }

    @Test
    void rolloutsOfModelsNeedAModelAndAVersion() {
        var outcome =
                ConfigurationValidator.rollout("org.tminus.rollout~a", Map.of("kind", "model", "candidate", "newest"));
        assertThat(outcome.settings()).isNull();
        assertThat(outcome.problems())
                .extracting(ConfigurationProblem::key)
                .containsExactlyInAnyOrder("candidate", "model");
        var good = ConfigurationValidator.rollout(
                "org.tminus.rollout~a", Map.of("kind", "model", "candidate", "1.2", "model", "toy"));
        assertThat(good.problems()).isEmpty();
        assertThat(good.settings()).isNotNull().satisfies(settings -> {
            assertThat(settings.name()).isEqualTo("a");
            assertThat(settings.mode()).isEqualTo("shadow");
            assertThat(settings.minimumRequests()).isEqualTo(200);
            assertThat(settings.promoteAfter()).isNull();
        });
    }

    @Test
    void theLastGoodRolloutStaysInForceOverRestarts() {
        String pid = "org.tminus.rollout~a";
        ConfigurationHolder holder = start(Map.of());
        assertThat(holder.updateRollout(pid, rollout("share", "0.25"))).isTrue();
        assertThat(holder.updateRollout(pid, rollout("share", "half"))).isFalse();
        assertThat(holder.current().rollouts().get(0).share()).isEqualTo(0.25);
        ConfigurationHolder again = start(Map.of());
        assertThat(again.updateRollout(pid, rollout("share", "half"))).isFalse();
        assertThat(again.current().rollouts().get(0).share()).isEqualTo(0.25);
        assertThat(again.problems()).extracting(ConfigurationProblem::key).containsExactly("share");
        again.removeRollout(pid);
        assertThat(again.current().rollouts()).isEmpty();
        assertThat(again.problems()).isEmpty();
    }

    @Test
    void lastGoodStaysInForce() {
        ConfigurationHolder holder = start(Map.of("policy", "good", "workers", 3));
        assertThat(holder.update(Map.of("policy", "new", "workers", "none"))).isFalse();
        assertThat(holder.current().global().policy()).isEqualTo("good");
        assertThat(holder.current().global().workers()).isEqualTo(3);
        assertThat(holder.problems()).extracting(ConfigurationProblem::key).containsExactly("workers");
        assertThat(holder.update(Map.of("policy", "better"))).isTrue();
        assertThat(holder.problems()).isEmpty();
        assertThat(holder.current().global().workers()).isZero();
    }

    @Test
    void lastGoodOutlivesARestart() {
        start(Map.of("policy", "good", "budgetFlopsRatio", 0.5, "service.pid", "org.tminus"))
                .updateModel("org.tminus.model~toy", Map.of("policy", "mine", "parameter.depth", "2"));
        ConfigurationHolder again = start(Map.of("policy", "bad", "workers", "none"));
        assertThat(again.current().global().policy()).isEqualTo("good");
        assertThat(again.current().global().budgetFlopsRatio()).isEqualTo(0.5);
        assertThat(again.problems()).hasSize(1);
        again.updateModel("org.tminus.model~toy", Map.of("budgetFlopsRatio", "none"));
        assertThat(again.current().forModel("toy").policy()).isEqualTo("mine");
        assertThat(again.current().forModel("toy").parameters()).containsEntry("depth", 2L);
        again.removeModel("org.tminus.model~toy");
        assertThat(again.current().forModel("toy").policy()).isEqualTo("good");
        assertThat(start(Map.of()).current().global().policy()).isNull();
    }

    @Test
    void damagedStorageIsNoObstacle() throws Exception {
        Files.writeString(folder.resolve("last-good"), "org.tminus|policy=\\uZZZZ");
        assertThat(start(Map.of("workers", "none")).current().global().policy()).isNull();
        Files.delete(folder.resolve("last-good"));
        Files.createDirectory(folder.resolve("last-good"));
        assertThat(start(Map.of("policy", "good")).current().global().policy()).isEqualTo("good");
    }

    @Test
    void unknownKeysAreReportedButRefuseNothing() {
        var outcome = ConfigurationValidator.global("org.tminus", Map.of("polcy", "full", "component.id", 4L));
        assertThat(outcome.settings()).isNotNull();
        assertThat(outcome.problems()).singleElement().satisfies(problem -> {
            assertThat(problem.key()).isEqualTo("polcy");
            assertThat(problem.expected())
                    .contains("this one is unknown")
                    .contains("policy, policyFilter")
                    .doesNotContain("parameter");
        });
        assertThat(ConfigurationValidator.model("org.tminus.model~toy", Map.of("polcy", "full", "parameter.a", "1"))
                        .problems())
                .singleElement()
                .satisfies(problem -> assertThat(problem.expected()).contains("operatingPoint, parameter.NAME"));
    }

    @Test
    void modelsAreNamedByKeyOrPid() {
        var byPid = ConfigurationValidator.model("org.tminus.model~toy", Map.of());
        assertThat(byPid.settings()).isNotNull().extracting("model").isEqualTo("toy");
        var byKey = ConfigurationValidator.model("org.tminus.model~a", Map.of("model", "toy2"));
        assertThat(byKey.settings()).isNotNull().extracting("model").isEqualTo("toy2");
        assertThat(ConfigurationValidator.model("org.tminus.model", Map.of()).settings())
                .isNull();
    }

    @Test
    void badConfigurationDoesNotDisturbRequests() throws Exception {
        try (Bench bench = Bench.ready(new FakeBackend(), Map.of("policy", "full"))) {
            bench.configuration.update(Map.of("policy", "other", "queueCapacity", "x"));
            assertThat(bench.trace(Bench.request()).policy()).isEqualTo("full");
            assertThat(bench.coordinator.status().configurationProblems()).hasSize(1);
            assertThat(bench.coordinator.status().warnings()).anyMatch(warning -> warning.contains("queueCapacity"));
        }
    }
}
