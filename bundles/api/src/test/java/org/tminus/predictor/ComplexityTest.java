/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.predictor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ComplexityTest {
    private final Complexity complexity = Complexity.ofProbabilities(0.5f, 0.3f, 0.2f);

    @Test
    void findsTheShallowestClassThatSuffices() {
        assertThat(complexity.classAt(0)).isZero();
        assertThat(complexity.classAt(0.5)).isZero();
        assertThat(complexity.classAt(0.51)).isEqualTo(1);
        assertThat(complexity.classAt(0.9)).isEqualTo(2);
        assertThat(complexity.classAt(1.5)).isEqualTo(2);
        assertThat(complexity.probabilityUpTo(1)).isEqualTo(0.8f, within(1e-6f));
        assertThat(complexity.mostLikelyClass()).isZero();
    }

    @Test
    void knowsHowSureItIs() {
        assertThat(Complexity.ofProbabilities(0, 1, 0).entropy()).isZero();
        assertThat(Complexity.ofProbabilities(0.5f, 0.5f).entropy()).isEqualTo(Math.log(2), within(1e-9));
    }

    @Test
    void refusesWhatIsNoDistribution() {
        assertThatIllegalArgumentException().isThrownBy(Complexity::ofProbabilities);
        assertThatIllegalArgumentException().isThrownBy(() -> Complexity.ofProbabilities(0.5f, 0.2f));
        assertThatIllegalArgumentException().isThrownBy(() -> Complexity.ofProbabilities(-0.5f, 1.5f));
        assertThatIllegalArgumentException().isThrownBy(() -> Complexity.ofProbabilities(Float.NaN, 1f));
    }
}
