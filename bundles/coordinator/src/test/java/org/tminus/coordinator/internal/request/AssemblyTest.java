/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.tminus.failure.InvalidRequestException;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;

/** Pieces of outputs whose width the model leaves open. */
class AssemblyTest {
    private static Assembly into(HostTensor destination, int[]... pieces) {
        Assembly assembly = new Assembly(2, Set.of("y"), Map.of("y", destination));
        for (int[] rows : pieces) {
            assembly.add(new Piece(
                    rows, Map.of("y", HostTensor.ofFloats(Shape.of(rows.length, 2), new float[2 * rows.length]))));
        }
        return assembly;
    }

    @Test
    void rowsGoWhereTheyBelong() throws Exception {
        HostTensor mine = HostTensor.ofFloats(Shape.of(2, 2), 9, 9, 9, 9);
        assertThat(into(mine, new int[] {1}, new int[] {0}).assemble().get("y")).isSameAs(mine);
        assertThat(mine.buffer().asFloatBuffer().get(3)).isZero();
    }

    @Test
    void aDestinationOfAnotherWidthIsRefusedAndLeftAlone() {
        HostTensor wide = HostTensor.ofFloats(Shape.of(2, 4), 9, 9, 9, 9, 9, 9, 9, 9);
        assertThatThrownBy(() -> into(wide, new int[] {0}, new int[] {1}).assemble())
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("[2, 2]");
        Assembly whole = new Assembly(2, Set.of("y"), Map.of("y", wide));
        whole.add(new Piece(null, Map.of("y", HostTensor.ofFloats(Shape.of(2, 2), 1, 2, 3, 4))));
        assertThatThrownBy(whole::assemble).isInstanceOf(InvalidRequestException.class);
        assertThat(wide.buffer().asFloatBuffer().get(0)).isEqualTo(9);
    }
}
