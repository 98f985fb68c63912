/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx.internal;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What is known of a value for one choice of batch and sequence length: its type, its concrete dimensions, perhaps its elements. */
public final class Fact {
    static final Fact UNKNOWN = new Fact(Types.UNKNOWN, null, null);

    private final int type;
    private final long @Nullable [] dims;
    private final @Nullable Data data;

    Fact(int type, long @Nullable [] dims, @Nullable Data data) {
        this.type = type;
        this.dims = dims;
        this.data = data;
    }

    /** Element type, {@link Types#UNKNOWN} if unknown. */
    public int type() {
        return type;
    }

    /** Concrete dimensions, null if unknown; never changed. */
    public long @Nullable [] dims() {
        return dims;
    }

    /** The elements, if they do not depend on what the model is given. */
    @Nullable
    Data data() {
        return data;
    }

    static Fact of(int type, long @Nullable [] dims) {
        return new Fact(type, dims, null);
    }

    static Fact typed(int type) {
        return new Fact(type, null, null);
    }

    boolean hasDims() {
        return dims != null;
    }

    int rank() {
        return dims == null ? -1 : dims.length;
    }

    /** The number of elements, or -1 if unknown. */
    long elements() {
        return dims == null ? -1 : product(dims, 0, dims.length);
    }

    /** Saturates instead of overflowing. */
    static long product(long[] dims, int from, int to) {
        long product = 1;
        for (int i = from; i < to; i++) {
            long high = Math.multiplyHigh(product, dims[i]);
            product = high != 0 ? Long.MAX_VALUE : product * dims[i];
            if (product < 0) {
                product = Long.MAX_VALUE;
            }
            if (dims[i] == 0) {
                return 0;
            }
        }
        return product;
    }

    @Override
    public String toString() {
        return Types.name(type) + Arrays.toString(dims);
    }
}
