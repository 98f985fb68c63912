/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx.internal;

import org.jspecify.annotations.Nullable;

/** Computes the elements of small results: the shape arithmetic of exporters. */
final class Folding {
    private Folding() {}

    /** The elements of an element-wise operator with two operands; null if it is not one that is folded. */
    static @Nullable Data binary(String op, int type, Fact a, Fact b, long[] dims) {
        Data x = a.data();
        Data y = b.data();
        if (x == null || y == null || a.dims() == null || b.dims() == null) {
            return null;
        }
        long elements = Fact.product(dims, 0, dims.length);
        if (elements > Data.MAX_ELEMENTS) {
            return null;
        }
        int[] ix = spread(a.dims(), dims);
        int[] iy = spread(b.dims(), dims);
        int count = (int) elements;
        boolean compares = Rules.isBoolean(op);
        boolean whole = compares || Types.isIntegral(type);
        long[] longs = new long[whole ? count : 0];
        double[] doubles = new double[whole ? 0 : count];
        for (int i = 0; i < count; i++) {
            if (compares && (!x.isWhole() || !y.isWhole())) {
                longs[i] = compare(op, Double.compare(x.doubleAt(ix[i]), y.doubleAt(iy[i])));
                if (longs[i] < 0) {
                    return null;
                }
            } else if (whole) {
                long p = x.longAt(ix[i]);
                long q = y.longAt(iy[i]);
                if (compares) {
                    longs[i] = logic(op, p, q);
                    if (longs[i] < 0) {
                        return null;
                    }
                    continue;
                }
                switch (op) {
                    case "Add", "Sum" -> longs[i] = p + q;
                    case "Sub" -> longs[i] = p - q;
                    case "Mul" -> longs[i] = p * q;
                    case "Div" -> {
                        if (q == 0) {
                            return null;
                        }
                        longs[i] = p / q;
                    }
                    case "Mod" -> {
                        if (q == 0) {
                            return null;
                        }
                        longs[i] = Math.floorMod(p, q);
                    }
                    case "Min" -> longs[i] = Math.min(p, q);
                    case "Max" -> longs[i] = Math.max(p, q);
                    case "Pow" -> longs[i] = (long) Math.pow((double) p, y.doubleAt(iy[i]));
                    default -> {
                        return null;
                    }
                }
            } else {
                double p = x.doubleAt(ix[i]);
                double q = y.doubleAt(iy[i]);
                switch (op) {
                    case "Add", "Sum" -> doubles[i] = p + q;
                    case "Sub" -> doubles[i] = p - q;
                    case "Mul" -> doubles[i] = p * q;
                    case "Div" -> doubles[i] = p / q;
                    case "Pow" -> doubles[i] = Math.pow(p, q);
                    case "Min" -> doubles[i] = Math.min(p, q);
                    case "Max" -> doubles[i] = Math.max(p, q);
                    default -> {
                        return null;
                    }
                }
            }
        }
        return whole ? Data.of(longs) : Data.ofDoubles(doubles);
    }

    private static long logic(String op, long p, long q) {
        return switch (op) {
            case "And" -> p != 0 && q != 0 ? 1 : 0;
            case "Or" -> p != 0 || q != 0 ? 1 : 0;
            case "Xor" -> (p != 0) != (q != 0) ? 1 : 0;
            default -> compare(op, Long.compare(p, q));
        };
    }

    private static long compare(String op, int order) {
        return switch (op) {
            case "Equal" -> order == 0 ? 1 : 0;
            case "Less" -> order < 0 ? 1 : 0;
            case "Greater" -> order > 0 ? 1 : 0;
            case "LessOrEqual" -> order <= 0 ? 1 : 0;
            case "GreaterOrEqual" -> order >= 0 ? 1 : 0;
            default -> -1;
        };
    }

    /** The elements of an element-wise operator with one operand; null if it is not one that is folded. */
    static @Nullable Data unary(String op, int type, @Nullable Data x) {
        if (x == null) {
            return null;
        }
        int count = x.size();
        boolean whole = Types.isIntegral(type);
        if (!whole && !Types.isFloating(type)) {
            return null;
        }
        long[] longs = new long[whole ? count : 0];
        double[] doubles = new double[whole ? 0 : count];
        for (int i = 0; i < count; i++) {
            if (whole) {
                long p = x.longAt(i);
                switch (op) {
                    case "Identity", "Dropout", "Floor", "Ceil", "Round" -> longs[i] = p;
                    case "Cast" -> longs[i] = type == Types.BOOL ? (x.doubleAt(i) != 0 ? 1 : 0) : p;
                    case "Neg" -> longs[i] = -p;
                    case "Abs" -> longs[i] = Math.abs(p);
                    case "Not" -> longs[i] = p == 0 ? 1 : 0;
                    default -> {
                        return null;
                    }
                }
            } else {
                double p = x.doubleAt(i);
                switch (op) {
                    case "Identity", "Dropout", "Cast" -> doubles[i] = p;
                    case "Neg" -> doubles[i] = -p;
                    case "Abs" -> doubles[i] = Math.abs(p);
                    case "Floor" -> doubles[i] = Math.floor(p);
                    case "Ceil" -> doubles[i] = Math.ceil(p);
                    case "Round" -> doubles[i] = Math.rint(p);
                    case "Sqrt" -> doubles[i] = Math.sqrt(p);
                    case "Reciprocal" -> doubles[i] = 1 / p;
                    default -> {
                        return null;
                    }
                }
            }
        }
        return whole ? Data.of(longs) : Data.ofDoubles(doubles);
    }

    static @Nullable Data where(Fact condition, Fact a, Fact b, long[] dims) {
        Data c = condition.data();
        Data x = a.data();
        Data y = b.data();
        if (c == null || x == null || y == null || condition.dims() == null || a.dims() == null || b.dims() == null) {
            return null;
        }
        long elements = Fact.product(dims, 0, dims.length);
        if (elements > Data.MAX_ELEMENTS) {
            return null;
        }
        int[] ic = spread(condition.dims(), dims);
        int[] ix = spread(a.dims(), dims);
        int[] iy = spread(b.dims(), dims);
        int count = (int) elements;
        boolean whole = x.isWhole() && y.isWhole();
        long[] longs = new long[whole ? count : 0];
        double[] doubles = new double[whole ? 0 : count];
        for (int i = 0; i < count; i++) {
            boolean first = c.longAt(ic[i]) != 0;
            if (whole) {
                longs[i] = first ? x.longAt(ix[i]) : y.longAt(iy[i]);
            } else {
                doubles[i] = first ? x.doubleAt(ix[i]) : y.doubleAt(iy[i]);
            }
        }
        return whole ? Data.of(longs) : Data.ofDoubles(doubles);
    }

    /** For each element of {@code to}, which element of {@code from} is broadcast there. */
    static int[] spread(long[] from, long[] to) {
        int count = (int) Fact.product(to, 0, to.length);
        int[] index = new int[count];
        long[] strides = strides(from);
        for (int i = 0; i < count; i++) {
            int rest = i;
            int at = 0;
            for (int d = to.length - 1; d >= 0; d--) {
                int position = (int) (rest % to[d]);
                rest = (int) (rest / to[d]);
                int source = d - (to.length - from.length);
                if (source >= 0 && from[source] != 1) {
                    at += (int) (position * strides[source]);
                }
            }
            index[i] = at;
        }
        return index;
    }

    static int[] transpose(long[] from, int[] perm) {
        long[] to = new long[perm.length];
        long[] strides = strides(from);
        for (int i = 0; i < perm.length; i++) {
            to[i] = from[perm[i]];
        }
        int count = (int) Fact.product(to, 0, to.length);
        int[] index = new int[count];
        for (int i = 0; i < count; i++) {
            int rest = i;
            int at = 0;
            for (int d = to.length - 1; d >= 0; d--) {
                at += (int) ((rest % to[d]) * strides[perm[d]]);
                rest = (int) (rest / to[d]);
            }
            index[i] = at;
        }
        return index;
    }

    /** For each element of a slice, where it lies in {@code from}. */
    static int[] slice(long[] from, long[] starts, long[] steps, long[] to) {
        long[] strides = strides(from);
        int count = (int) Fact.product(to, 0, to.length);
        int[] index = new int[count];
        for (int i = 0; i < count; i++) {
            int rest = i;
            long at = 0;
            for (int d = to.length - 1; d >= 0; d--) {
                at += (starts[d] + (rest % to[d]) * steps[d]) * strides[d];
                rest = (int) (rest / to[d]);
            }
            index[i] = (int) at;
        }
        return index;
    }

    static long[] strides(long[] dims) {
        long[] strides = new long[dims.length];
        long stride = 1;
        for (int i = dims.length - 1; i >= 0; i--) {
            strides[i] = stride;
            stride *= Math.max(1, dims[i]);
        }
        return strides;
    }
}
