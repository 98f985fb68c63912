/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.Shape;

class CostTest {
    @Test
    void isAPolynomialInTheLength() {
        Cost cost = Cost.of(new double[] {1, 10, 100}, 7, new double[] {2, 3});

        assertThat(cost.flops(0)).isEqualTo(1);
        assertThat(cost.flops(3)).isEqualTo(1 + 30 + 900);
        assertThat(cost.activationBytes(5)).isEqualTo(17);
        assertThat(cost.then(cost).flops(3)).isEqualTo(2 * 931);
        assertThat(cost.then(cost).activationBytes(5)).isEqualTo(17);
    }

    @Test
    void refusesFiguresThatCannotBe() {
        assertThatIllegalArgumentException().isThrownBy(() -> Cost.of(new double[4], 0, new double[0]));
        assertThatIllegalArgumentException().isThrownBy(() -> Cost.of(new double[] {Double.NaN}, 0, new double[0]));
        assertThatIllegalArgumentException().isThrownBy(() -> Cost.of(new double[0], -1, new double[0]));
    }

    @Test
    void specsAcceptFittingShapesOnly() {
        TensorSpec spec = new TensorSpec("x", ElementType.INT64, List.of(TensorSpec.ANY, TensorSpec.ANY, 4L));

        assertThat(spec.accepts(Shape.of(2, 7, 4))).isTrue();
        assertThat(spec.accepts(Shape.of(2, 7, 5))).isFalse();
        assertThat(spec.accepts(Shape.of(2, 7))).isFalse();
    }

    @Test
    void imagesHaveTheBytesOfTheirSize() {
        RawInput image = RawInput.image(2, 1, 3, new byte[] {1, 2, 3, 4, 5, 6});

        assertThat(image.pixels().orElseThrow().get(5)).isEqualTo((byte) 6);
        assertThat(RawInput.text("hello").text()).contains("hello");
        assertThatIllegalArgumentException().isThrownBy(() -> RawInput.image(2, 2, 1, new byte[3]));
        assertThatIllegalArgumentException().isThrownBy(() -> RawInput.image(0, 2, 1, new byte[0]));
    }
}
