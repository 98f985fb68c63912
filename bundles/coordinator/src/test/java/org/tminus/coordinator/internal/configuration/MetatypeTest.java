/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What tools show as keys is what is read. */
class MetatypeTest {
    private static final Map<String, Object> UNKNOWN = Map.of("nonsense", "1");

    private static String keys(Class<?> definition) {
        return Arrays.stream(definition.getDeclaredMethods())
                .map(Method::getName)
                .sorted()
                .collect(Collectors.joining(", "));
    }

    private static String known(Validation<?> validation) {
        return validation.problems().stream()
                .filter(problem -> problem.key().equals("nonsense"))
                .map(problem ->
                        problem.expected().replaceFirst(".*known are ", "").replace(", parameter.NAME", ""))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void ofThePlatform() {
        assertThat(known(ConfigurationValidator.global("org.tminus", UNKNOWN))).isEqualTo(keys(Config.class));
    }

    @Test
    void ofModels() {
        assertThat(known(ConfigurationValidator.model("org.tminus.model~a", UNKNOWN)))
                .isEqualTo(keys(ModelConfig.class));
    }

    @Test
    void ofRollouts() {
        assertThat(known(ConfigurationValidator.rollout("org.tminus.rollout~a", UNKNOWN)))
                .isEqualTo(keys(RolloutConfig.class));
    }
}
