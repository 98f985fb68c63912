/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tminus.model.ExitId;
import org.tminus.model.LayerId;
import org.tminus.model.Path;

class BudgetAndDecisionTest {
    private final Path path = new Path(List.of(new LayerId("a"), new LayerId("b")), ExitId.FINAL);

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, 0, -0.5, 1.01, Double.POSITIVE_INFINITY})
    void refusesARatioThatCannotBeMet(double ratio) {
        assertThatIllegalArgumentException().isThrownBy(() -> Budget.ofFlopsRatio(ratio));
    }

    @Test
    void refusesLimitsThatAreNotPositive() {
        assertThatIllegalArgumentException().isThrownBy(() -> Budget.builder().latency(Duration.ZERO));
        assertThatIllegalArgumentException().isThrownBy(() -> Budget.builder().joules(Double.NaN));
        assertThatIllegalArgumentException().isThrownBy(() -> Budget.builder().memoryBytes(0));
    }

    @Test
    void comparesBudgetsByValue() {
        assertThat(Budget.ofFlopsRatio(0.5))
                .isEqualTo(Budget.builder().flopsRatio(0.5).build());
        assertThat(Budget.unlimited().isUnlimited()).isTrue();
        assertThat(Budget.ofFlopsRatio(1).flopsRatio()).hasValue(1);
    }

    @Test
    void checkpointsLieOnThePath() {
        Decision decision = Decision.run(path).withCheckpoints(List.of(new LayerId("a")));

        assertThat(decision.checkpoints()).containsExactly(new LayerId("a"));
        assertThat(decision.path()).contains(path);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Decision.run(path).withCheckpoints(List.of(new LayerId("c"))));
        assertThatIllegalStateException().isThrownBy(() -> Decision.goOn().withCheckpoints(List.of()));
    }

    @Test
    void decisionsSayWhatTheyAre() {
        assertThat(Decision.stop(ExitId.FINAL).exit()).contains(ExitId.FINAL);
        assertThat(Decision.skip(2).skippedLayers()).isEqualTo(2);
        assertThat(Decision.goOn().kind()).isEqualTo("go-on");
        assertThatIllegalArgumentException().isThrownBy(() -> Decision.skip(0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Path(List.of(new LayerId("a"), new LayerId("a")), ExitId.FINAL));
    }
}
