/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.graph;

import ai.onnx.proto.OnnxMl.TensorProto;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.tminus.onnx.OnnxModel;

/**
 * What training changed in a model, in numbers of 16 bits: small enough to be kept and shared where the model itself is not.
 * Immutable.
 */
public final class Change {
    private static final int MAGIC = 0x54_4d_43_48;
    private static final int VERSION = 1;

    private final List<Part> parts;

    /** The change of one weight: of low rank (rank &gt; 0), or whole (rank 0, {@code second} empty). */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    private record Part(String weight, int rows, int columns, int rank, float scale, short[] first, short[] second) {}

    private Change(List<Part> parts) {
        this.parts = List.copyOf(parts);
    }

    /** Collects the change of a model, weight by weight. Used by one thread. */
    static final class Builder {
        private final List<Part> parts = new ArrayList<>();

        /** Adds a difference to a weight; it is rounded. */
        void add(String weight, float[] difference) {
            parts.add(new Part(weight, 1, difference.length, 0, 1, halves(difference), new short[0]));
        }

        /** Adds {@code scale * first * second}, of [rows, rank] and [rank, columns]; both are rounded. */
        void add(String weight, int rows, int columns, int rank, double scale, float[] first, float[] second) {
            parts.add(new Part(weight, rows, columns, rank, (float) scale, halves(first), halves(second)));
        }

        Change build() {
            return new Change(parts);
        }
    }

    private static short[] halves(float[] values) {
        short[] halves = new short[values.length];
        for (int i = 0; i < values.length; i++) {
            halves[i] = Half.of(values[i]);
        }
        return halves;
    }

    /** Names of the weights that changed. */
    public List<String> weights() {
        return parts.stream().map(Part::weight).toList();
    }

    /** Size as a file, about. */
    public long bytes() {
        return parts.stream()
                .mapToLong(part -> 2L * (part.first().length + part.second().length))
                .sum();
    }

    /**
     * Applies the change.
     *
     * @param base the model that training began with
     * @return the changed model, with all its weights inside; equal bytes for equal inputs
     * @throws IllegalArgumentException if the model lacks a weight, or has it in another size
     */
    public byte[] applyTo(OnnxModel base) {
        OnnxSource source = OnnxSource.of(base);
        Map<String, float[]> values = new HashMap<>();
        for (Part part : parts) {
            TensorProto tensor = source.initializers().get(part.weight());
            if (tensor == null || OnnxSource.size(tensor) != part.rows() * part.columns()) {
                throw new IllegalArgumentException(
                        "The change does not fit this model: it has no weight " + part.weight() + " of that size");
            }
            float[] weight = source.floats(tensor);
            apply(part, weight);
            values.put(part.weight(), weight);
        }
        return source.with(values);
    }

    private static void apply(Part part, float[] weight) {
        if (part.rank() == 0) {
            for (int i = 0; i < weight.length; i++) {
                weight[i] += Half.toFloat(part.first()[i]);
            }
            return;
        }
        for (int row = 0; row < part.rows(); row++) {
            for (int k = 0; k < part.rank(); k++) {
                float factor = part.scale() * Half.toFloat(part.first()[row * part.rank() + k]);
                int from = k * part.columns();
                int to = row * part.columns();
                for (int column = 0; column < part.columns(); column++) {
                    weight[to + column] += factor * Half.toFloat(part.second()[from + column]);
                }
            }
        }
    }

    /**
     * Writes the change to a file, beside it first, so that a crash leaves the old file or the new.
     *
     * @throws IOException if the disk does
     */
    public void save(Path file) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(MAGIC);
            out.writeInt(VERSION);
            out.writeInt(parts.size());
            for (Part part : parts) {
                out.writeUTF(part.weight());
                out.writeInt(part.rows());
                out.writeInt(part.columns());
                out.writeInt(part.rank());
                out.writeFloat(part.scale());
                write(out, part.first());
                write(out, part.second());
            }
        }
        byte[] content = bytes.toByteArray();
        CRC32 crc = new CRC32();
        crc.update(content);
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        ByteBuffer all =
                ByteBuffer.allocate(content.length + Long.BYTES).put(content).putLong(crc.getValue());
        Files.write(fresh, all.array());
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void write(DataOutputStream out, short[] values) throws IOException {
        out.writeInt(values.length);
        ByteBuffer buffer = ByteBuffer.allocate(2 * values.length);
        buffer.asShortBuffer().put(values);
        out.write(buffer.array());
    }

    /**
     * Reads a change.
     *
     * @throws IOException if the file cannot be read, is damaged, or is something else
     */
    public static Change load(Path file) throws IOException {
        byte[] all = Files.readAllBytes(file);
        if (all.length < 20) {
            throw new IOException(file + " is no change of a model");
        }
        CRC32 crc = new CRC32();
        crc.update(all, 0, all.length - Long.BYTES);
        if (ByteBuffer.wrap(all, all.length - Long.BYTES, Long.BYTES).getLong() != crc.getValue()) {
            throw new IOException(file + " is damaged: its checksum does not fit");
        }
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(new java.io.ByteArrayInputStream(all)))) {
            if (in.readInt() != MAGIC || in.readInt() != VERSION) {
                throw new IOException(file + " is no change of a model");
            }
            int count = in.readInt();
            List<Part> parts = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                parts.add(new Part(
                        in.readUTF(),
                        in.readInt(),
                        in.readInt(),
                        in.readInt(),
                        in.readFloat(),
                        shorts(in),
                        shorts(in)));
            }
            return new Change(parts);
        }
    }

    private static short[] shorts(DataInputStream in) throws IOException {
        int count = in.readInt();
        byte[] bytes = new byte[2 * count];
        in.readFully(bytes);
        short[] values = new short[count];
        ByteBuffer.wrap(bytes).asShortBuffer().get(values);
        return values;
    }
}
