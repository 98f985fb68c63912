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
 * What training changed in a model, in few bits: small enough to be kept and shared where the model itself is not. Vectors
 * and factors of low rank have 16 bits a number. Matrices that changed as a whole have 8: whole multiples of a step per row,
 * an eighth of the row's deviation, which adds a noise 29 dB below the change and leaves 5 bits a number to a file that is
 * compressed. Immutable.
 */
public final class Change {
    private static final int VECTOR = 0;
    private static final int LOW_RANK = 1;
    private static final int MATRIX = 2;
    private static final int MAGIC = 0x54_4d_43_48;
    private static final int VERSION = 2;
    /** Steps in the deviation of a row. */
    private static final double STEPS = 8;

    private final List<Part> parts;

    /** The change of one weight. */
    private sealed interface Part permits Vector, LowRank, Matrix {
        String weight();

        /** Numbers of the weight. */
        int size();

        long bytes();

        void addTo(float[] weight);
    }

    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    private record Vector(String weight, short[] difference) implements Part {
        @Override
        public int size() {
            return difference.length;
        }

        @Override
        public long bytes() {
            return 2L * difference.length;
        }

        @Override
        public void addTo(float[] weight) {
            for (int i = 0; i < weight.length; i++) {
                weight[i] += Half.toFloat(difference[i]);
            }
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    private record LowRank(String weight, int rows, int columns, int rank, float scale, short[] first, short[] second)
            implements Part {
        @Override
        public int size() {
            return rows * columns;
        }

        @Override
        public long bytes() {
            return 2L * (first.length + second.length);
        }

        @Override
        public void addTo(float[] weight) {
            for (int row = 0; row < rows; row++) {
                for (int k = 0; k < rank; k++) {
                    float factor = scale * Half.toFloat(first[row * rank + k]);
                    int from = k * columns;
                    int to = row * columns;
                    for (int column = 0; column < columns; column++) {
                        weight[to + column] += factor * Half.toFloat(second[from + column]);
                    }
                }
            }
        }
    }

    /** @param steps per row the size of a step */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    private record Matrix(String weight, float[] steps, byte[] multiples) implements Part {
        @Override
        public int size() {
            return multiples.length;
        }

        @Override
        public long bytes() {
            return multiples.length + (long) Float.BYTES * steps.length;
        }

        @Override
        public void addTo(float[] weight) {
            int columns = multiples.length / steps.length;
            for (int i = 0; i < weight.length; i++) {
                weight[i] += steps[i / columns] * multiples[i];
            }
        }
    }

    private Change(List<Part> parts) {
        this.parts = List.copyOf(parts);
    }

    /** Collects the change of a model, weight by weight. Used by one thread. */
    static final class Builder {
        private final List<Part> parts = new ArrayList<>();

        /** Adds a difference to a weight; it is rounded. */
        void add(String weight, float[] difference) {
            parts.add(new Vector(weight, halves(difference)));
        }

        /** Adds a difference to the rows of a matrix; it is rounded to multiples of a step. */
        void add(String weight, int rows, float[] difference) {
            int columns = difference.length / rows;
            float[] steps = new float[rows];
            byte[] multiples = new byte[difference.length];
            for (int row = 0; row < rows; row++) {
                steps[row] = step(difference, row * columns, columns);
                for (int i = row * columns; i < (row + 1) * columns; i++) {
                    multiples[i] = steps[row] > 0 ? (byte) Math.round(difference[i] / steps[row]) : 0;
                }
            }
            parts.add(new Matrix(weight, steps, multiples));
        }

        /** Large enough that 7 bits and a sign hold every multiple. */
        private static float step(float[] difference, int from, int columns) {
            double squares = 0;
            double largest = 0;
            for (int i = from; i < from + columns; i++) {
                squares += (double) difference[i] * difference[i];
                largest = Math.max(largest, Math.abs(difference[i]));
            }
            return (float) Math.max(Math.sqrt(squares / columns) / STEPS, largest / Byte.MAX_VALUE);
        }

        /** Adds {@code scale * first * second}, of [rows, rank] and [rank, columns]; both are rounded. */
        void add(String weight, int rows, int columns, int rank, double scale, float[] first, float[] second) {
            parts.add(new LowRank(weight, rows, columns, rank, (float) scale, halves(first), halves(second)));
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
        return parts.stream().mapToLong(Part::bytes).sum();
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
            if (tensor == null || OnnxSource.size(tensor) != part.size()) {
                throw new IllegalArgumentException(
                        "The change does not fit this model: it has no weight " + part.weight() + " of that size");
            }
            float[] weight = source.floats(tensor);
            part.addTo(weight);
            values.put(part.weight(), weight);
        }
        return source.with(values);
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
                write(out, part);
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

    private static void write(DataOutputStream out, Part part) throws IOException {
        out.writeUTF(part.weight());
        if (part instanceof Vector vector) {
            out.writeByte(VECTOR);
            write(out, vector.difference());
        } else if (part instanceof LowRank lowRank) {
            out.writeByte(LOW_RANK);
            out.writeInt(lowRank.rows());
            out.writeInt(lowRank.columns());
            out.writeInt(lowRank.rank());
            out.writeFloat(lowRank.scale());
            write(out, lowRank.first());
            write(out, lowRank.second());
        } else if (part instanceof Matrix matrix) {
            out.writeByte(MATRIX);
            out.writeInt(matrix.steps().length);
            for (float step : matrix.steps()) {
                out.writeFloat(step);
            }
            out.writeInt(matrix.multiples().length);
            out.write(matrix.multiples());
        }
    }

    private static Part read(DataInputStream in) throws IOException {
        String weight = in.readUTF();
        int kind = in.readByte();
        return switch (kind) {
            case VECTOR -> new Vector(weight, shorts(in));
            case LOW_RANK -> readLowRank(weight, in);
            case MATRIX -> readMatrix(weight, in);
            default ->
                throw new IOException("a change of kind " + kind + " is not known; it may be of a newer version");
        };
    }

    private static Part readLowRank(String weight, DataInputStream in) throws IOException {
        LowRank part =
                new LowRank(weight, in.readInt(), in.readInt(), in.readInt(), in.readFloat(), shorts(in), shorts(in));
        fit((long) part.rows() * part.rank() == part.first().length
                && (long) part.rank() * part.columns() == part.second().length
                && Math.min(part.rows(), part.columns()) > 0
                && part.rank() > 0
                && (long) part.rows() * part.columns() <= Integer.MAX_VALUE);
        return part;
    }

    private static Part readMatrix(String weight, DataInputStream in) throws IOException {
        float[] steps = new float[count(in, Float.BYTES)];
        for (int i = 0; i < steps.length; i++) {
            steps[i] = in.readFloat();
        }
        byte[] multiples = new byte[count(in, 1)];
        in.readFully(multiples);
        fit(steps.length > 0 && multiples.length % steps.length == 0);
        return new Matrix(weight, steps, multiples);
    }

    /** A length that what is left of the file can hold. */
    private static int count(DataInputStream in, int bytesEach) throws IOException {
        int count = in.readInt();
        fit(count >= 0 && (long) count * bytesEach <= in.available());
        return count;
    }

    private static void fit(boolean holds) throws IOException {
        if (!holds) {
            throw new IOException("the change of a model is malformed: its lengths do not fit each other");
        }
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
                parts.add(read(in));
            }
            return new Change(parts);
        }
    }

    private static short[] shorts(DataInputStream in) throws IOException {
        int count = count(in, Short.BYTES);
        byte[] bytes = new byte[2 * count];
        in.readFully(bytes);
        short[] values = new short[count];
        ByteBuffer.wrap(bytes).asShortBuffer().get(values);
        return values;
    }
}
