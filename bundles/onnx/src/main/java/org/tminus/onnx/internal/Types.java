/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx.internal;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;

/** The element types of ONNX tensors. */
public final class Types {
    public static final int UNKNOWN = DataType.UNDEFINED_VALUE;
    public static final int FLOAT = DataType.FLOAT_VALUE;
    public static final int INT32 = DataType.INT32_VALUE;
    public static final int INT64 = DataType.INT64_VALUE;
    public static final int BOOL = DataType.BOOL_VALUE;
    public static final int DOUBLE = DataType.DOUBLE_VALUE;
    public static final int FLOAT16 = DataType.FLOAT16_VALUE;
    public static final int BFLOAT16 = DataType.BFLOAT16_VALUE;
    public static final int STRING = DataType.STRING_VALUE;

    private static final String[] NAMES = {
        "unknown",
        "float32",
        "uint8",
        "int8",
        "uint16",
        "int16",
        "int32",
        "int64",
        "string",
        "bool",
        "float16",
        "float64",
        "uint32",
        "uint64",
        "complex64",
        "complex128",
        "bfloat16",
        "float8e4m3fn",
        "float8e4m3fnuz",
        "float8e5m2",
        "float8e5m2fnuz",
        "uint4",
        "int4"
    };

    private static final int[] BITS = {0, 32, 8, 8, 16, 16, 32, 64, 0, 8, 16, 64, 32, 64, 64, 128, 16, 8, 8, 8, 8, 4, 4
    };

    private Types() {}

    /** Whether tensors of this type are understood. */
    public static boolean isKnown(int type) {
        return type > 0 && type < NAMES.length;
    }

    /** The name as in a model's description; {@code unknown} for none. */
    public static String name(int type) {
        return isKnown(type) ? NAMES[type] : NAMES[0];
    }

    /** Bytes of so many elements, packed; 0 for strings, whose size is not fixed. Does not overflow below 2^59 elements. */
    public static long bytes(int type, long elements) {
        return isKnown(type) ? (elements * BITS[type] + 7) / 8 : 0;
    }

    /** Whether the type is a real number with a fraction. */
    public static boolean isFloating(int type) {
        return type == FLOAT || type == DOUBLE || type == FLOAT16 || type == BFLOAT16;
    }

    /** Whether values of the type are folded as whole numbers. */
    public static boolean isIntegral(int type) {
        return switch (type) {
            case 2, 3, 4, 5, 6, 7, 9, 12, 13 -> true;
            default -> false;
        };
    }
}
