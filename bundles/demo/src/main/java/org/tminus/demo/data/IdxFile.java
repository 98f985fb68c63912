/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.demo.data;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;

/** A file of unsigned bytes in the IDX format, gzip-compressed if its name ends with {@code .gz}. Immutable. */
final class IdxFile {
    private static final int UNSIGNED_BYTES = 0x08;
    /** More than any file that the demo uses; protects against a file that claims to be huge. */
    private static final long VALUE_LIMIT = 1L << 29;

    private final int[] dimensions;
    private final byte[] values;

    private IdxFile(int[] dimensions, byte[] values) {
        this.dimensions = dimensions;
        this.values = values;
    }

    /**
     * @param rank how many dimensions the file must have
     * @throws IOException if the file cannot be read, is not of the format, or has more or fewer values than it says
     */
    static IdxFile read(Path file, int rank) throws IOException {
        try (InputStream raw = new BufferedInputStream(Files.newInputStream(file));
                DataInputStream in =
                        new DataInputStream(file.toString().endsWith(".gz") ? new GZIPInputStream(raw) : raw)) {
            return read(in, rank);
        } catch (EOFException e) {
            throw new IOException("The file " + file + " is cut short", e);
        } catch (IOException e) {
            throw new IOException("The file " + file + " cannot be used: " + e.getMessage(), e);
        }
    }

    private static IdxFile read(DataInputStream in, int rank) throws IOException {
        int magic = in.readInt();
        if (magic != (UNSIGNED_BYTES << 8 | rank)) {
            throw new IOException(String.format(
                    "it begins with 0x%08x; an IDX file of bytes with %d dimensions begins with 0x%08x",
                    magic, rank, UNSIGNED_BYTES << 8 | rank));
        }
        int[] dimensions = new int[rank];
        long count = 1;
        for (int axis = 0; axis < rank; axis++) {
            dimensions[axis] = in.readInt();
            if (dimensions[axis] <= 0) {
                throw new IOException("dimension " + axis + " is " + dimensions[axis]);
            }
            count = Math.min(VALUE_LIMIT + 1, count * dimensions[axis]);
        }
        if (count > VALUE_LIMIT) {
            throw new IOException("it says that it has more than " + VALUE_LIMIT + " values");
        }
        byte[] values = in.readNBytes((int) count);
        if (values.length < count) {
            throw new EOFException();
        }
        if (in.read() >= 0) {
            throw new IOException("it has more values than its dimensions say");
        }
        return new IdxFile(dimensions, values);
    }

    /** How many items there are. */
    int count() {
        return dimensions[0];
    }

    /** The size of a dimension; the first one counts the items. */
    int dimension(int axis) {
        return dimensions[axis];
    }

    /** A copy of all values of one item. */
    byte[] item(int index) {
        int size = values.length / dimensions[0];
        return Arrays.copyOfRange(values, index * size, (index + 1) * size);
    }
}
