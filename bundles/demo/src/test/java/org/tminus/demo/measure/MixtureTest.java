/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.demo.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tminus.demo.report.RowPlan.Part;

class MixtureTest {
    private static final List<Part> CANDIDATES = List.of(part("deep", 80), part("short", 20), part("middle", 40));

    @Test
    void theEnclosingModelsMeetTheFlops() {
        List<Part> mixture = Mixture.at(35, CANDIDATES);

        assertThat(mixture).extracting(Part::name).containsExactly("short", "middle");
        assertThat(mixture).extracting(Part::weight).containsExactly(0.25, 0.75);
        assertThat(mixture.stream()
                        .mapToDouble(part -> part.weight() * part.flops())
                        .sum())
                .isEqualTo(35);
    }

    @Test
    void oneModelAnswersWhereNoTwoEncloseTheFlops() {
        assertThat(Mixture.at(10, CANDIDATES)).extracting(Part::name).containsExactly("short");
        assertThat(Mixture.at(40, CANDIDATES)).extracting(Part::name).containsExactly("middle");
        assertThat(Mixture.at(90, CANDIDATES)).extracting(Part::name).containsExactly("deep");
        assertThat(Mixture.at(90, CANDIDATES)).extracting(Part::weight).containsExactly(1.0);
    }

    @Test
    void drawsFollowTheWeightsAndRepeat() {
        Mixture mixture = new Mixture(new double[] {1, 3}, 5);
        int second = 0;
        for (int input = 0; input < 10_000; input++) {
            assertThat(mixture.choose(input)).isEqualTo(mixture.choose(input));
            second += mixture.choose(input);
        }

        // Four standard deviations of a binomial draw.
        assertThat(second / 10_000.0).isCloseTo(0.75, within(0.0174));
    }

    @Test
    void aModelWithoutWeightIsNeverDrawn() {
        Mixture mixture = new Mixture(new double[] {0, 1, 0}, 5);

        for (int input = 0; input < 1000; input++) {
            assertThat(mixture.choose(input)).isEqualTo(1);
        }
    }

    @Test
    void badWeightsAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Mixture(new double[] {-1, 2}, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new Mixture(new double[] {Double.NaN}, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new Mixture(new double[] {0, 0}, 0));
    }

    private static Part part(String name, double flops) {
        return new Part(name, name + ".onnx", flops, 0);
    }
}
