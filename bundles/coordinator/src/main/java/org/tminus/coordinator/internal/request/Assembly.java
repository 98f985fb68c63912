/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tminus.failure.InvalidRequestException;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;
import org.tminus.tensor.Tensor;

/** Puts pieces together in the order of the batch; a later piece goes before an earlier one. One thread at a time. */
final class Assembly {
    private final List<Piece> pieces = new ArrayList<>(1);
    private final int rows;
    private final Set<String> outputs;
    private final Map<String, HostTensor> destinations;

    Assembly(int rows, Set<String> outputs, Map<String, HostTensor> destinations) {
        this.rows = rows;
        this.outputs = outputs;
        this.destinations = destinations;
    }

    void add(Piece piece) {
        pieces.add(piece);
    }

    /**
     * The outputs for the whole batch; the pieces are used up.
     *
     * @throws InvalidRequestException if the client's own memory has another shape than the output turned out to have
     */
    Map<String, Tensor> assemble() throws InvalidRequestException {
        Piece only = pieces.size() == 1 ? pieces.get(0) : null;
        if (only != null && only.rows() == null) {
            pieces.clear();
            return destinations.isEmpty() ? only.outputs() : intoDestinations(only.outputs());
        }
        Map<String, Tensor> whole = new HashMap<>();
        for (String name : outputs) {
            whole.put(name, assemble(name));
        }
        discard();
        return whole;
    }

    /** A backend may have left the client's own memory aside. */
    private Map<String, Tensor> intoDestinations(Map<String, Tensor> given) throws InvalidRequestException {
        Map<String, Tensor> placed = new HashMap<>(given);
        for (Map.Entry<String, HostTensor> entry : destinations.entrySet()) {
            String name = entry.getKey();
            HostTensor destination = entry.getValue();
            Tensor tensor = given.get(name);
            if (tensor != null && tensor != destination) {
                checkShape(name, tensor.shape(), destination);
                destination.write(tensor);
                tensor.close();
                placed.put(name, destination);
            }
        }
        return placed;
    }

    /** Dimensions that the model leaves open are known only now. */
    private static void checkShape(String name, Shape actual, HostTensor destination) throws InvalidRequestException {
        if (!destination.shape().equals(actual)) {
            throw new InvalidRequestException(
                    "Output '" + name + "' has the shape " + actual + ", but its destination has " + destination.shape()
                            + ".",
                    "Give a destination of the output's shape, or none.");
        }
    }

    private Tensor assemble(String name) throws InvalidRequestException {
        Tensor example = tensor(pieces.get(0), name);
        if (example.elementType().equals(ElementType.STRING)) {
            return assembleStrings(name, example);
        }
        Shape shape = example.shape().withBatch(rows);
        @Nullable HostTensor given = destinations.get(name);
        HostTensor whole = given == null ? HostTensor.allocate(example.elementType(), shape) : given;
        if (given != null) {
            checkShape(name, shape, given);
        }
        ByteBuffer target = whole.writableBuffer();
        for (Piece piece : pieces) {
            Tensor tensor = tensor(piece, name);
            for (int row = 0; row < tensor.shape().dimension(0); row++) {
                int batchRow = batchRow(piece, row);
                if (batchRow >= 0 && tensor != whole) {
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

    /** Closes all that was gathered, except the client's own memory. */
    void discard() {
        Set<Tensor> own = new HashSet<>(destinations.values());
        for (Piece piece : pieces) {
            for (Tensor tensor : piece.outputs().values()) {
                if (!own.contains(tensor)) {
                    tensor.close();
                }
            }
        }
        pieces.clear();
    }
}
