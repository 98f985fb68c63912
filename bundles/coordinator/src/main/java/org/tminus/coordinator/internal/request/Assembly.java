/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Tensor;

/** Puts pieces together in the order of the batch; a later piece goes before an earlier one. One thread at a time. */
final class Assembly {
    private final List<Piece> pieces = new ArrayList<>(1);
    private final int rows;
    private final Set<String> outputs;

    Assembly(int rows, Set<String> outputs) {
        this.rows = rows;
        this.outputs = outputs;
    }

    void add(Piece piece) {
        pieces.add(piece);
    }

    /** The outputs for the whole batch; the pieces are used up. */
    Map<String, Tensor> assemble() {
        Piece only = pieces.size() == 1 ? pieces.get(0) : null;
        if (only != null && only.rows() == null) {
            pieces.clear();
            return only.outputs();
        }
        Map<String, Tensor> whole = new HashMap<>();
        for (String name : outputs) {
            whole.put(name, assemble(name));
        }
        discard();
        return whole;
    }

    private Tensor assemble(String name) {
        Tensor example = tensor(pieces.get(0), name);
        if (example.elementType().equals(ElementType.STRING)) {
            return assembleStrings(name, example);
        }
        HostTensor whole =
                HostTensor.allocate(example.elementType(), example.shape().withBatch(rows));
        ByteBuffer target = whole.writableBuffer();
        for (Piece piece : pieces) {
            Tensor tensor = tensor(piece, name);
            if (!tensor.shape().withBatch(rows).equals(whole.shape())) {
                whole.close();
                throw new IllegalStateException(
                        "Rows of output '" + name + "' have the shapes " + whole.shape() + " and " + tensor.shape());
            }
            for (int row = 0; row < tensor.shape().dimension(0); row++) {
                int batchRow = batchRow(piece, row);
                if (batchRow >= 0) {
                    Tensors.copyRow(tensor, row, target, batchRow);
                }
            }
        }
        return whole;
    }

    private Tensor assembleStrings(String name, Tensor example) {
        int perRow = Tensors.rowElements(example);
        String[] values = new String[rows * perRow];
        Arrays.fill(values, "");
        for (Piece piece : pieces) {
            List<String> given = tensor(piece, name).strings();
            for (int row = 0; row * perRow < given.size(); row++) {
                int batchRow = batchRow(piece, row);
                for (int index = 0; index < perRow && batchRow >= 0; index++) {
                    values[batchRow * perRow + index] = given.get(row * perRow + index);
                }
            }
        }
        return HostTensor.ofStrings(example.shape().withBatch(rows), List.of(values));
    }

    private static int batchRow(Piece piece, int row) {
        int[] mapping = piece.rows();
        return mapping == null ? row : mapping[row];
    }

    private static Tensor tensor(Piece piece, String name) {
        Tensor tensor = piece.outputs().get(name);
        if (tensor == null) {
            throw new IllegalStateException("Output '" + name + "' is missing though it was checked");
        }
        return tensor;
    }

    /** Closes all that was gathered. */
    void discard() {
        for (Piece piece : pieces) {
            piece.outputs().values().forEach(OutputCheck::close);
        }
        pieces.clear();
    }
}
