/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TrainingProgressTest {
    @Test
    void estimatesTheTimeLeftFromThePace() {
        assertThat(TrainingProgress.of("trunk", 25, 100, Duration.ofSeconds(10), Map.of())
                        .remaining())
                .contains(Duration.ofSeconds(30));
        assertThat(TrainingProgress.of("trunk", 0, 100, Duration.ZERO, Map.of()).remaining())
                .isEmpty();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TrainingProgress.of("trunk", 2, 1, Duration.ZERO, Map.of()));
    }

    @Test
    void specificationsNeedDataOutputAndWorkFolder() {
        assertThatNullPointerException()
                .isThrownBy(() ->
                        TrainingSpecification.builder("t").data(Path.of("d")).build())
                .withMessageContaining("output");
    }
}
