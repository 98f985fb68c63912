/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.policy.lstm.internal;

/**
 * Hyperbolic tangent and logistic function by the rational approximation that inference libraries use: within a few units
 * in the last place of float32, and free of calls and branches, so that the compiler makes vector instructions of a loop.
 */
final class Activations {
    /** From here on the tangent is 1 in float32. */
    private static final float LARGEST = 7.905311f;

    private Activations() {}

    /** Replaces values by their hyperbolic tangent. NaN stays NaN. */
    static void tanh(float[] values, int from, int to) {
        for (int index = from; index < to; index++) {
            values[index] = tanh(values[index]);
        }
    }

    /** Replaces values by their logistic function. NaN stays NaN. */
    static void sigmoid(float[] values, int from, int to) {
        for (int index = from; index < to; index++) {
            values[index] = 0.5f + 0.5f * tanh(0.5f * values[index]);
        }
    }

    static float tanh(float value) {
        float x = Math.max(-LARGEST, Math.min(LARGEST, value));
        float y = x * x;
        float p = -2.7607684E-16f;
        p = p * y + 2.000188E-13f;
        p = p * y - 8.604672E-11f;
        p = p * y + 5.1222973E-8f;
        p = p * y + 1.48572235E-5f;
        p = p * y + 6.3726195E-4f;
        p = p * y + 4.8935246e-3f;
        float q = 1.1982584e-6f;
        q = q * y + 1.1853471E-4f;
        q = q * y + 2.2684347E-3f;
        q = q * y + 4.893525E-3f;
        return x * p / q;
    }
}
