/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx.internal;

import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which dimensions of the inputs vary, and with what: the batch is the first dimension of an input where that is not fixed, and whatever else has
 * its symbol; every other dimension that is not fixed is the length of the sequence.
 */
public final class Sizes {
    private final Graph graph;
    private final @Nullable String batchSymbol;
    private final boolean batchVaries;
    private final @Nullable String sequenceInput;
    private final int sequenceDimension;
    private final String sequenceSymbol;

    public Sizes(Graph graph) {
        this.graph = graph;
        String batch = null;
        boolean varies = false;
        for (ValueInfoProto input : graph.inputs()) {
            List<TensorShapeProto.Dimension> dims = dims(input);
            if (!dims.isEmpty() && !isFixed(dims.get(0))) {
                varies = true;
                if (batch == null && !dims.get(0).getDimParam().isEmpty()) {
                    batch = dims.get(0).getDimParam();
                }
            }
        }
        batchSymbol = batch;
        batchVaries = varies;
        String sequence = null;
        int dimension = -1;
        String symbol = "";
        for (ValueInfoProto input : graph.inputs()) {
            List<TensorShapeProto.Dimension> dims = dims(input);
            for (int d = 1; d < dims.size() && sequence == null; d++) {
                if (isSequence(dims.get(d))) {
                    sequence = input.getName();
                    dimension = d;
                    symbol = dims.get(d).getDimParam();
                }
            }
        }
        sequenceInput = sequence;
        sequenceDimension = dimension;
        sequenceSymbol = symbol.isEmpty() || symbol.equals(batch) ? "sequence" : symbol;
    }

    /** Whether the number of rows may differ from run to run. */
    public boolean batchVaries() {
        return batchVaries;
    }

    public boolean hasSequence() {
        return sequenceInput != null;
    }

    /** The input whose dimension {@link #sequenceDimension()} is the length; null if there is none. */
    public @Nullable String sequenceInput() {
        return sequenceInput;
    }

    public int sequenceDimension() {
        return sequenceDimension;
    }

    /** The name of the batch. */
    public String batchSymbol() {
        return batchSymbol == null ? "batch" : batchSymbol;
    }

    public String sequenceSymbol() {
        return sequenceSymbol;
    }

    /** The dimensions of an input for a choice of sizes; null if it declares none. */
    long @Nullable [] of(ValueInfoProto input, long batch, long length) {
        if (!input.getType().getTensorType().hasShape()) {
            return null;
        }
        List<TensorShapeProto.Dimension> dims = dims(input);
        long[] result = new long[dims.size()];
        for (int d = 0; d < result.length; d++) {
            TensorShapeProto.Dimension dim = dims.get(d);
            if (isFixed(dim)) {
                result[d] = dim.getDimValue();
            } else {
                result[d] = d == 0
                                || (!dim.getDimParam().isEmpty()
                                        && dim.getDimParam().equals(batchSymbol))
                        ? batch
                        : length;
            }
        }
        return result;
    }

    /** The number of rows that the inputs fix; 1 where it varies or where there is none. */
    long fixedBatch() {
        for (ValueInfoProto input : graph.inputs()) {
            List<TensorShapeProto.Dimension> dims = dims(input);
            if (!dims.isEmpty() && isFixed(dims.get(0))) {
                return dims.get(0).getDimValue();
            }
        }
        return 1;
    }

    private boolean isSequence(TensorShapeProto.Dimension dim) {
        return !isFixed(dim)
                && (dim.getDimParam().isEmpty() || !dim.getDimParam().equals(batchSymbol));
    }

    private static boolean isFixed(TensorShapeProto.Dimension dim) {
        return dim.hasDimValue() && dim.getDimValue() > 0;
    }

    private static List<TensorShapeProto.Dimension> dims(ValueInfoProto input) {
        return input.getType().getTensorType().getShape().getDimList();
    }
}
