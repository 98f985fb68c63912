/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package com.example.tminus.javabackend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.example.tminus.javabackend.onnx.Node;
import com.example.tminus.javabackend.operators.Array;
import com.example.tminus.javabackend.operators.Operators;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the models of kit and repository do not need, by hand. */
class OperatorsTest {
    private static Array run(String operator, Map<String, Object> attributes, Array... inputs) {
        return Operators.run(new Node(operator, List.of(), List.of("out"), attributes), Arrays.asList(inputs))[0];
    }

    private static Array longs(long... values) {
        return Array.of(new int[] {values.length}, values);
    }

    private static Array counting(int... shape) {
        float[] values = new float[Arrays.stream(shape).reduce(1, (left, right) -> left * right)];
        for (int index = 0; index < values.length; index++) {
            values[index] = index;
        }
        return Array.of(shape, values);
    }

    @Test
    void slicesCountFromTheEndAndInSteps() {
        Array sliced = run("Slice", Map.of(), counting(2, 5), longs(-4), longs(100), longs(1), longs(2));

        assertThat(sliced.shape()).containsExactly(2, 2);
        assertThat(sliced.asFloats()).containsExactly(1, 3, 6, 8);
    }

    @Test
    void gatheringCountsFromTheEnd() {
        Array gathered = run("Gather", Map.of("axis", 1L), counting(2, 3), longs(-1, 0));

        assertThat(gathered.asFloats()).containsExactly(2, 0, 5, 3);
    }

    @Test
    void convolutionPadsWithZeros() {
        Array ones = Array.of(new int[] {1, 1, 3, 3}, new float[] {1, 1, 1, 1, 1, 1, 1, 1, 1});
        Array sums = run("Conv", Map.of("pads", new long[] {1, 1, 1, 1}), ones, ones);

        assertThat(sums.asFloats()).containsExactly(4, 6, 4, 6, 9, 6, 4, 6, 4);
    }

    @Test
    void gemmTurnsMatricesAndAddsARow() {
        Array product = run(
                "Gemm",
                Map.of("transB", 1L, "alpha", 2f, "beta", 0.5f),
                counting(1, 2),
                counting(3, 2),
                Array.of(new int[] {3}, new float[] {2, 4, 6}));

        assertThat(product.asFloats()).containsExactly(2 * 1 + 1, 2 * 3 + 2, 2 * 5 + 3);
    }

    @Test
    void shapesThatDoNotGoTogetherAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> run("Add", Map.of(), counting(2, 3), counting(2, 2)))
                .withMessageContaining("[2, 3] and [2, 2]");
    }
}
