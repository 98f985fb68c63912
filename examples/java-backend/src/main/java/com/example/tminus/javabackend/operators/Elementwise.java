/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package com.example.tminus.javabackend.operators;

import java.util.Arrays;

/** Operators that work number by number. */
final class Elementwise {
    private Elementwise() {}

    interface OnFloat {
        float of(float value);
    }

    interface OnFloats {
        float of(float left, float right);
    }

    interface OnLongs {
        long of(long left, long right);
    }

    static Array unary(Array input, OnFloat function) {
        float[] result = input.asFloats().clone();
        for (int index = 0; index < result.length; index++) {
            result[index] = function.of(result[index]);
        }
        return Array.of(input.shape(), result);
    }

    static Array binary(Array left, Array right, OnFloats onFloats, OnLongs onLongs) {
        int[] shape = Broadcast.shape(left.shape(), right.shape());
        Array one = spread(left, shape);
        Array other = spread(right, shape);
        if (one.isFloat()) {
            float[] result = new float[one.size()];
            float[] first = one.asFloats();
            float[] second = other.asFloats();
            for (int index = 0; index < result.length; index++) {
                result[index] = onFloats.of(first[index], second[index]);
            }
            return Array.of(shape, result);
        }
        long[] result = new long[one.size()];
        for (int index = 0; index < result.length; index++) {
            result[index] = onLongs.of(one.asLongs()[index], other.asLongs()[index]);
        }
        return Array.of(shape, result);
    }

    static Array spread(Array input, int[] shape) {
        return Arrays.equals(input.shape(), shape)
                ? input
                : input.pick(shape, Broadcast.positions(input.shape(), shape));
    }

    /** @param type of ONNX: 1 float32, 7 int64, 6 int32, 9 bool; whole numbers of all kinds are held as int64 */
    static Array cast(Array input, long type) {
        if (type == 1) {
            if (input.isFloat()) {
                return input;
            }
            float[] result = new float[input.size()];
            for (int index = 0; index < result.length; index++) {
                result[index] = input.asLongs()[index];
            }
            return Array.of(input.shape(), result);
        }
        if (type != 6 && type != 7 && type != 9) {
            throw new IllegalArgumentException("Numbers cannot be cast to the ONNX type " + type);
        }
        if (!input.isFloat() && type != 9) {
            return input;
        }
        long[] result = new long[input.size()];
        for (int index = 0; index < result.length; index++) {
            double value = input.isFloat() ? input.asFloats()[index] : input.asLongs()[index];
            result[index] = type == 9 ? (value == 0 ? 0 : 1) : (long) value;
        }
        return Array.of(input.shape(), result);
    }

    /** The error function, by Abramowitz and Stegun 7.1.26, off by 1.5e-7 at most. */
    static float erf(float value) {
        double x = Math.abs(value);
        double t = 1 / (1 + 0.3275911 * x);
        double polynomial =
                t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
        return (float) Math.copySign(1 - polynomial * Math.exp(-x * x), value);
    }
}
