/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package com.example.tminus.javabackend.operators;

import java.util.Arrays;

/** Matrix products and convolution. */
final class Products {
    private Products() {}

    /** Matrices in the last two axes, the axes before them broadcast. */
    static Array matMul(Array left, Array right) {
        if (left.rank() < 2 || right.rank() < 2) {
            throw new IllegalArgumentException("MatMul takes matrices, found " + Arrays.toString(left.shape()) + " and "
                    + Arrays.toString(right.shape()));
        }
        int rows = left.shape()[left.rank() - 2];
        int inner = left.shape()[left.rank() - 1];
        int columns = right.shape()[right.rank() - 1];
        if (right.shape()[right.rank() - 2] != inner) {
            throw new IllegalArgumentException("MatMul cannot multiply " + Arrays.toString(left.shape()) + " and "
                    + Arrays.toString(right.shape()));
        }
        int[] leftBatch = Arrays.copyOf(left.shape(), left.rank() - 2);
        int[] rightBatch = Arrays.copyOf(right.shape(), right.rank() - 2);
        int[] batch = Broadcast.shape(leftBatch, rightBatch);
        int[] leftAt = Broadcast.positions(leftBatch, batch);
        int[] rightAt = Broadcast.positions(rightBatch, batch);
        float[] result = new float[leftAt.length * rows * columns];
        for (int matrix = 0; matrix < leftAt.length; matrix++) {
            multiply(
                    left.asFloats(),
                    leftAt[matrix] * rows * inner,
                    right.asFloats(),
                    rightAt[matrix] * inner * columns,
                    result,
                    matrix * rows * columns,
                    rows,
                    inner,
                    columns);
        }
        int[] shape = Arrays.copyOf(batch, batch.length + 2);
        shape[batch.length] = rows;
        shape[batch.length + 1] = columns;
        return Array.of(shape, result);
    }

    /** Row by row of the right matrix, so that memory is read in its order. */
    private static void multiply(
            float[] left,
            int leftFrom,
            float[] right,
            int rightFrom,
            float[] result,
            int from,
            int rows,
            int inner,
            int columns) {
        for (int row = 0; row < rows; row++) {
            int target = from + row * columns;
            for (int step = 0; step < inner; step++) {
                float factor = left[leftFrom + row * inner + step];
                int source = rightFrom + step * columns;
                for (int column = 0; column < columns; column++) {
                    result[target + column] += factor * right[source + column];
                }
            }
        }
    }

    /** alpha · A · B + beta · C, A and B perhaps transposed. */
    static Array gemm(Array a, Array b, Array c, float alpha, float beta, boolean turnA, boolean turnB) {
        Array product = matMul(turnA ? turned(a) : a, turnB ? turned(b) : b);
        Array scaled = alpha == 1 ? product : Elementwise.unary(product, value -> alpha * value);
        if (c == null) {
            return scaled;
        }
        return Elementwise.binary(scaled, c, (left, right) -> left + beta * right, (left, right) -> left + right);
    }

    private static Array turned(Array matrix) {
        return Layouts.transpose(matrix, new long[] {1, 0});
    }

    /**
     * Convolution over pictures of [batch, channels, height, width].
     *
     * @param strides vertical and horizontal
     * @param pads top, left, bottom, right
     * @param dilations vertical and horizontal
     */
    static Array convolve(Array input, Array weights, Array bias, long[] strides, long[] pads, long[] dilations) {
        int[] from = input.shape();
        int[] kernel = weights.shape();
        if (from.length != 4 || kernel.length != 4 || from[1] != kernel[1]) {
            throw new IllegalArgumentException("Conv takes pictures and one group, found " + Arrays.toString(from)
                    + " and " + Arrays.toString(kernel));
        }
        int high = span(from[2], kernel[2], strides[0], pads[0] + pads[2], dilations[0]);
        int wide = span(from[3], kernel[3], strides[1], pads[1] + pads[3], dilations[1]);
        float[] result = new float[from[0] * kernel[0] * high * wide];
        int target = 0;
        for (int picture = 0; picture < from[0]; picture++) {
            for (int filter = 0; filter < kernel[0]; filter++) {
                float start = bias == null ? 0 : bias.asFloats()[filter];
                for (int y = 0; y < high; y++) {
                    for (int x = 0; x < wide; x++) {
                        int top = (int) (y * strides[0] - pads[0]);
                        int left = (int) (x * strides[1] - pads[1]);
                        result[target++] = start + patch(input, picture, top, left, weights, filter, dilations);
                    }
                }
            }
        }
        return Array.of(new int[] {from[0], kernel[0], high, wide}, result);
    }

    private static int span(int size, int kernel, long stride, long pads, long dilation) {
        return (int) ((size + pads - dilation * (kernel - 1) - 1) / stride + 1);
    }

    private static float patch(
            Array input, int picture, int top, int left, Array weights, int filter, long[] dilations) {
        int[] from = input.shape();
        int[] kernel = weights.shape();
        float sum = 0;
        int weight = filter * kernel[1] * kernel[2] * kernel[3];
        for (int channel = 0; channel < kernel[1]; channel++) {
            for (int row = 0; row < kernel[2]; row++) {
                for (int column = 0; column < kernel[3]; column++) {
                    int y = top + (int) (row * dilations[0]);
                    int x = left + (int) (column * dilations[1]);
                    if (y >= 0 && y < from[2] && x >= 0 && x < from[3]) {
                        int at = ((picture * from[1] + channel) * from[2] + y) * from[3] + x;
                        sum += input.asFloats()[at] * weights.asFloats()[weight];
                    }
                    weight++;
                }
            }
        }
        return sum;
    }
}
