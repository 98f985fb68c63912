/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;
import org.tminus.tensor.Tensor;

class AssemblyTest {
    @Test
    void rowsGoWhereTheyBelong() {
        Assembly assembly = new Assembly(2, Set.of("y"));
        assembly.add(new Piece(new int[] {1}, Map.of("y", HostTensor.ofFloats(Shape.of(1, 2), 3, 4))));
        assembly.add(new Piece(new int[] {0}, Map.of("y", HostTensor.ofFloats(Shape.of(1, 2), 1, 2))));
        try (Tensor whole = Objects.requireNonNull(assembly.assemble().get("y"))) {
            float[] values = new float[4];
            whole.buffer().asFloatBuffer().get(values);
            assertThat(values).containsExactly(1, 2, 3, 4);
        }
    }
}
