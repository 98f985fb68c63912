/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.policy;

import java.util.Arrays;

/** Products of small dense matrices, row by row, written so that the compiler vectorises the inner loops. */
final class Matrices {
    private Matrices() {}

    /** {@code out[n, m] += a[n, k] * w[k, m]}; zeros in a cost nothing. */
    static void multiplyAdd(double[] a, int n, int k, double[] w, int wAt, int m, double[] out) {
        for (int row = 0; row < n; row++) {
            int aAt = row * k;
            int oAt = row * m;
            int i = 0;
            for (; i + 3 < k; i += 4) {
                double a0 = a[aAt + i];
                double a1 = a[aAt + i + 1];
                double a2 = a[aAt + i + 2];
                double a3 = a[aAt + i + 3];
                if (a0 == 0 && a1 == 0 && a2 == 0 && a3 == 0) {
                    continue;
                }
                int w0 = wAt + i * m;
                int w1 = w0 + m;
                int w2 = w1 + m;
                int w3 = w2 + m;
                for (int j = 0; j < m; j++) {
                    out[oAt + j] += a0 * w[w0 + j] + a1 * w[w1 + j] + a2 * w[w2 + j] + a3 * w[w3 + j];
                }
            }
            for (; i < k; i++) {
                double ai = a[aAt + i];
                int w0 = wAt + i * m;
                for (int j = 0; j < m; j++) {
                    out[oAt + j] += ai * w[w0 + j];
                }
            }
        }
    }

    /** {@code out[k, m] += transpose(a[n, k]) * g[n, m]}. */
    static void transposedMultiplyAdd(double[] a, int n, int k, double[] g, int m, double[] out, int outAt) {
        int row = 0;
        for (; row + 3 < n; row += 4) {
            int g0 = row * m;
            int g1 = g0 + m;
            int g2 = g1 + m;
            int g3 = g2 + m;
            for (int i = 0; i < k; i++) {
                double a0 = a[row * k + i];
                double a1 = a[(row + 1) * k + i];
                double a2 = a[(row + 2) * k + i];
                double a3 = a[(row + 3) * k + i];
                if (a0 == 0 && a1 == 0 && a2 == 0 && a3 == 0) {
                    continue;
                }
                int o = outAt + i * m;
                for (int j = 0; j < m; j++) {
                    out[o + j] += a0 * g[g0 + j] + a1 * g[g1 + j] + a2 * g[g2 + j] + a3 * g[g3 + j];
                }
            }
        }
        for (; row < n; row++) {
            for (int i = 0; i < k; i++) {
                double ai = a[row * k + i];
                int o = outAt + i * m;
                for (int j = 0; j < m; j++) {
                    out[o + j] += ai * g[row * m + j];
                }
            }
        }
    }

    /** {@code out[n, m] = bias[m]} in every row. */
    static void fillRows(double[] bias, int biasAt, int n, int m, double[] out) {
        for (int row = 0; row < n; row++) {
            System.arraycopy(bias, biasAt, out, row * m, m);
        }
    }

    /** The sigmoid of a range. */
    static void sigmoid(double[] x, int from, int to) {
        for (int i = from; i < to; i++) {
            x[i] = 1 / (1 + Math.exp(-x[i]));
        }
    }

    /** tanh by the exponential that the processor is fast at; saturates well before it overflows. */
    static double tanh(double x) {
        return 2 / (1 + Math.exp(-2 * x)) - 1;
    }

    static double norm(double[] x) {
        return Math.sqrt(Arrays.stream(x).map(v -> v * v).sum());
    }
}
