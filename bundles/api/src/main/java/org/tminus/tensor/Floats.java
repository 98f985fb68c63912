/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tensor;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/** Reads numbers with a fraction as float32, whichever type a tensor has them in. */
public final class Floats {
    private static final int FLOAT16_FRACTION = 0x3ff;
    private static final int FLOAT16_EXPONENT = 0x1f;
    private static final int EXPONENT = 0x7f80_0000;

    private Floats() {}

    /** Whether elements of this type can be read: float16, bfloat16, float32 and float64. */
    public static boolean canRead(ElementType type) {
        return type.equals(ElementType.FLOAT32)
                || type.equals(ElementType.FLOAT16)
                || type.equals(ElementType.BFLOAT16)
                || type.equals(ElementType.FLOAT64);
    }

    /**
     * The elements of a tensor in row-major order, from position 0 to the limit. Of a float32 tensor it is a read-only view, valid until the
     * tensor is closed; of others a copy, exact but for float64, which is rounded.
     *
     * @throws IllegalArgumentException if {@link #canRead} is false for its type
     * @throws UnsupportedOperationException if it is not on the host, or too large for one buffer
     */
    public static FloatBuffer of(Tensor tensor) {
        ElementType type = tensor.elementType();
        if (!canRead(type)) {
            throw new IllegalArgumentException("A tensor of " + type + " holds no numbers with a fraction");
        }
        ByteBuffer source = tensor.buffer();
        if (type.equals(ElementType.FLOAT32)) {
            return source.asFloatBuffer();
        }
        float[] values = new float[source.remaining() / type.bytes()];
        for (int index = 0; index < values.length; index++) {
            if (type.equals(ElementType.FLOAT64)) {
                values[index] = (float) source.getDouble();
            } else {
                short bits = source.getShort();
                values[index] = type.equals(ElementType.FLOAT16) ? ofFloat16(bits) : ofBfloat16(bits);
            }
        }
        return FloatBuffer.wrap(values);
    }

    /** The number that these bits are as float16. */
    public static float ofFloat16(short bits) {
        int sign = (bits & 0x8000) << 16;
        int exponent = (bits >> 10) & FLOAT16_EXPONENT;
        int fraction = bits & FLOAT16_FRACTION;
        if (exponent == 0) {
            float small = fraction * 0x1p-24f;
            return sign == 0 ? small : -small;
        }
        // NaN and infinities have an exponent of ones in both types; others differ by the exponents' offsets of 15 and
        // 127.
        int wider = exponent == FLOAT16_EXPONENT ? EXPONENT : (exponent + 112) << 23;
        return Float.intBitsToFloat(sign | wider | fraction << 13);
    }

    /** The number that these bits are as bfloat16: the upper half of a float32. */
    public static float ofBfloat16(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }
}
