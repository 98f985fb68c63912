/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.junit.jupiter.api.Test;

class ShapeTest {
    @Test
    void countsElements() {
        assertThat(Shape.of().elementCount()).isEqualTo(1);
        assertThat(Shape.of(2, 3).elementCount()).isEqualTo(6);
        assertThat(Shape.of(Long.MAX_VALUE, 0).elementCount()).isZero();
    }

    @Test
    void refusesNegativeAndOverflowingDimensions() {
        assertThatIllegalArgumentException().isThrownBy(() -> Shape.of(2, -1));
        assertThatIllegalArgumentException().isThrownBy(() -> Shape.of(Long.MAX_VALUE, 2));
        assertThatIllegalArgumentException().isThrownBy(() -> Shape.of(0, Long.MAX_VALUE, 2));
    }

    @Test
    void isAValueThatNobodyCanChange() {
        long[] dimensions = {2, 3};
        Shape shape = Shape.of(dimensions);
        dimensions[0] = 9;
        shape.toArray()[1] = 9;

        assertThat(shape)
                .isEqualTo(Shape.of(2, 3))
                .hasSameHashCodeAs(Shape.of(2, 3))
                .hasToString("[2, 3]");
        assertThat(shape.withBatch(7)).isEqualTo(Shape.of(7, 3));
        assertThat(shape.rank()).isEqualTo(2);
        assertThat(shape.dimension(1)).isEqualTo(3);
        assertThatIllegalStateException().isThrownBy(() -> Shape.of().withBatch(1));
    }

    @Test
    void elementTypesCompareByValue() {
        assertThat(new ElementType("float32", 4)).isEqualTo(ElementType.FLOAT32).hasToString("float32");
        assertThatIllegalArgumentException().isThrownBy(() -> new ElementType("FP8", 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new ElementType("fp8", -1));
    }
}
