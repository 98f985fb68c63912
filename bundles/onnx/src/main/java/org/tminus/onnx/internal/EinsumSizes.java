/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx.internal;

import java.util.Arrays;

/** The sizes behind the letters of an Einsum, whose product is the number of multiply-adds. */
final class EinsumSizes {
    private EinsumSizes() {}

    /** NaN alone if the sizes are not known. */
    static double[] of(Inference inference, Node node, Attributes attributes) {
        String equation = attributes.string("equation", "").replace(" ", "");
        int arrow = equation.indexOf("->");
        String[] terms = (arrow < 0 ? equation : equation.substring(0, arrow)).split(",", -1);
        double[] sizes = new double[128];
        for (int t = 0; t < terms.length; t++) {
            long[] dims = inference.input(node, t).dims();
            if (dims == null || dims.length != terms[t].length()) {
                return new double[] {Double.NaN};
            }
            for (int i = 0; i < dims.length; i++) {
                char c = terms[t].charAt(i);
                if (c >= sizes.length) {
                    return new double[] {Double.NaN};
                }
                sizes[c] = Math.max(sizes[c], (double) dims[i]);
            }
        }
        return Arrays.stream(sizes).filter(size -> size > 0).toArray();
    }
}
