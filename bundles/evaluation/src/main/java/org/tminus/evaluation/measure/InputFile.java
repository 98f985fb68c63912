/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.measure;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;

/** Single inputs with their decided paths in a file, to hand them to another process of the same version and machine. */
public final class InputFile {
    private InputFile() {}

    /**
     * What was read.
     *
     * @param paths by place in the list of inputs
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    public record Content(List<Map<String, HostTensor>> inputs, int[] paths) {}

    /** Writes inputs and, for each, the menu index of its path. */
    public static void write(Path file, Inputs inputs, IntUnaryOperator pathOfRow) throws IOException {
        try (DataOutputStream out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
            out.writeInt(inputs.size());
            for (int i = 0; i < inputs.size(); i++) {
                out.writeInt(pathOfRow.applyAsInt(inputs.rows().get(i)));
                Map<String, HostTensor> tensors = inputs.tensors().get(i);
                out.writeInt(tensors.size());
                for (Map.Entry<String, HostTensor> entry : tensors.entrySet()) {
                    write(out, entry.getKey(), entry.getValue());
                }
            }
        }
    }

    private static void write(DataOutputStream out, String name, HostTensor tensor) throws IOException {
        out.writeUTF(name);
        out.writeUTF(tensor.elementType().name());
        out.writeInt(tensor.elementType().bytes());
        long[] shape = tensor.shape().toArray();
        out.writeInt(shape.length);
        for (long dimension : shape) {
            out.writeLong(dimension);
        }
        ByteBuffer buffer = tensor.buffer();
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    /** Reads what {@link #write} wrote. */
    public static Content read(Path file) throws IOException {
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            int count = in.readInt();
            int[] paths = new int[count];
            List<Map<String, HostTensor>> inputs = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                paths[i] = in.readInt();
                Map<String, HostTensor> tensors = new HashMap<>();
                for (int left = in.readInt(); left > 0; left--) {
                    tensors.put(in.readUTF(), tensor(in));
                }
                inputs.add(tensors);
            }
            return new Content(inputs, paths);
        }
    }

    private static HostTensor tensor(DataInputStream in) throws IOException {
        ElementType type = new ElementType(in.readUTF(), in.readInt());
        long[] shape = new long[in.readInt()];
        for (int axis = 0; axis < shape.length; axis++) {
            shape[axis] = in.readLong();
        }
        HostTensor tensor = HostTensor.allocate(type, Shape.of(shape));
        byte[] bytes = new byte[in.readInt()];
        in.readFully(bytes);
        tensor.writableBuffer().put(bytes);
        return tensor;
    }
}
