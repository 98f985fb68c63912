/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx;

/**
 * What running a part of a model once costs.
 *
 * <p>FLOPs: a multiply-add is two; other arithmetic is one for each element of the result, except softmax (5), normalisation (8), GELU (5) and
 * reductions (one for each element read); moving data is free; what depends on constants alone is free, for it is computed once at load.
 *
 * <p>Operations are counted, not how fast they are: those of whole numbers or of 16 bits as those of float32, a cast not at all, rounding to whole
 * numbers and back one each, and three where the range is found in the run. What fewer bits save shows in {@code weightBytes}, and in time.
 *
 * @param flops arithmetic operations per row of the batch, of fractions or whole numbers
 * @param weightBytes bytes of the weights that the part reads, in their stored type: one for int8, two for float16; with scales and zero points
 * @param activationBytes an upper bound of the bytes of intermediate results alive at one time, per row, when operators run in the order of the file
 */
public record Cost(Polynomial flops, long weightBytes, Polynomial activationBytes) {
    /** Costs nothing. */
    public static final Cost ZERO = new Cost(Polynomial.ZERO, 0, Polynomial.ZERO);

    /** Both, one after the other: FLOPs and weights add up, activations do not. */
    public Cost then(Cost other) {
        return new Cost(
                flops.plus(other.flops), weightBytes + other.weightBytes, activationBytes.max(other.activationBytes));
    }
}
