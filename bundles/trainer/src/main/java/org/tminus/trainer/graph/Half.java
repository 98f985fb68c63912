/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.graph;

/** Numbers of 16 bits as IEEE 754 has them. */
final class Half {
    private Half() {}

    /** Rounds to the nearest, ties to even; too large numbers become infinite. */
    static short of(float value) {
        int bits = Float.floatToRawIntBits(value);
        int sign = (bits >>> 16) & 0x8000;
        int rest = bits & 0x7fffffff;
        if (rest > 0x7f800000) {
            return (short) (sign | 0x7e00);
        }
        if (rest >= 0x477ff000) {
            return (short) (sign | 0x7c00);
        }
        if (rest < 0x38800000) {
            // Below the smallest normal number: a whole number of steps of 2^-24.
            float steps = Float.intBitsToFloat(rest) * 0x1p24f;
            return (short) (sign | (int) Math.rint(steps));
        }
        int shifted = rest - 0x38000000;
        int kept = shifted >>> 13;
        int lost = shifted & 0x1fff;
        if (lost > 0x1000 || (lost == 0x1000 && (kept & 1) == 1)) {
            kept++;
        }
        return (short) (sign | kept);
    }

    static float toFloat(short half) {
        int sign = (half & 0x8000) << 16;
        int exponent = (half >>> 10) & 0x1f;
        int fraction = half & 0x3ff;
        if (exponent == 0) {
            return Float.intBitsToFloat(sign | Float.floatToRawIntBits(fraction * 0x1p-24f));
        }
        if (exponent == 31) {
            return Float.intBitsToFloat(sign | 0x7f800000 | (fraction << 13));
        }
        return Float.intBitsToFloat(sign | ((exponent + 112) << 23) | (fraction << 13));
    }
}
