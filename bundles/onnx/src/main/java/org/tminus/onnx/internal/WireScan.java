/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx.internal;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import org.jspecify.annotations.Nullable;
import org.tminus.onnx.OnnxFormatException;

/**
 * Walks over the protobuf encoding before anything is built from it. A few bytes of encoding can become hundreds of bytes of objects, so the size
 * of a file alone does not bound the memory that parsing takes; this does, without allocating.
 */
final class WireScan {
    private static final int MESSAGE_BYTES = 240;
    private static final int VALUE_BYTES = 80;
    private static final String ADVICE =
            "Export the model again, and check that the file was copied completely and is an ONNX file.";

    private final byte[] bytes;
    private final long budget;
    private final int maxDepth;
    private long charged;
    private int at;

    private WireScan(byte[] bytes, long budget, int maxDepth) {
        this.bytes = bytes;
        this.budget = budget;
        this.maxDepth = maxDepth;
    }

    static void check(byte[] bytes, Descriptor root, long budget, int maxDepth) throws OnnxFormatException {
        new WireScan(bytes, budget, maxDepth).walk(root);
    }

    private void walk(Descriptor root) throws OnnxFormatException {
        Descriptor[] types = new Descriptor[maxDepth + 1];
        int[] ends = new int[maxDepth + 1];
        int depth = 0;
        types[0] = root;
        ends[0] = bytes.length;
        while (true) {
            while (at == ends[depth]) {
                if (depth == 0) {
                    return;
                }
                depth--;
            }
            long tag = varint(ends[depth]);
            int wire = (int) (tag & 7);
            long number = tag >>> 3;
            if (number <= 0 || number > (1 << 29) - 1) {
                throw broken("field number " + number + " at byte " + at);
            }
            FieldDescriptor field = types[depth].findFieldByNumber((int) number);
            if (wire == 2) {
                long length = varint(ends[depth]);
                if (length < 0 || length > ends[depth] - at) {
                    throw broken("at byte " + at + " a part of " + Long.toUnsignedString(length)
                            + " bytes is announced, of which " + (ends[depth] - at) + " are there");
                }
                int size = (int) length;
                if (field != null && field.getJavaType() == JavaType.MESSAGE) {
                    charge(MESSAGE_BYTES);
                    if (depth == maxDepth) {
                        throw new OnnxFormatException(
                                "Parts of the file are nested more than " + maxDepth + " deep at byte " + at + ".",
                                "Export the model without deeply nested subgraphs.");
                    }
                    depth++;
                    types[depth] = field.getMessageType();
                    ends[depth] = at + size;
                    continue;
                }
                charge(sizeOf(field, size));
                at += size;
            } else {
                charge(field != null && !field.isRepeated() ? 0 : 24);
                switch (wire) {
                    case 0 -> varint(ends[depth]);
                    case 1 -> skip(8, ends[depth]);
                    case 5 -> skip(4, ends[depth]);
                    default -> throw broken("unknown kind of field (" + wire + ") at byte " + at);
                }
            }
        }
    }

    private static long sizeOf(@Nullable FieldDescriptor field, int size) {
        if (field == null) {
            return (long) VALUE_BYTES + size;
        }
        return switch (field.getJavaType()) {
            case STRING -> VALUE_BYTES + 2L * size;
            case BYTE_STRING -> VALUE_BYTES;
            case FLOAT, DOUBLE -> VALUE_BYTES + 3L * size;
            default -> VALUE_BYTES + 20L * size;
        };
    }

    private void charge(long amount) throws OnnxFormatException {
        charged += amount;
        if (charged > budget) {
            throw new OnnxFormatException(
                    "Parsing would need more than " + (budget >> 20) + " MiB of memory for a file of "
                            + (bytes.length >> 10) + " KiB (reached at byte " + at + ").",
                    "A well-formed export does not do this; if you trust the file, raise the limit of parse overhead.");
        }
    }

    private void skip(int count, int end) throws OnnxFormatException {
        if (end - at < count) {
            throw broken("it ends within a number at byte " + at);
        }
        at += count;
    }

    private long varint(int end) throws OnnxFormatException {
        long value = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            if (at == end) {
                throw broken("it ends within a number at byte " + at);
            }
            byte b = bytes[at++];
            value |= (long) (b & 0x7f) << Math.min(shift, 63);
            if (b >= 0) {
                return value;
            }
        }
        throw broken("number longer than 10 bytes at byte " + at);
    }

    private static OnnxFormatException broken(String what) {
        return new OnnxFormatException("This is not a complete ONNX file: " + what + ".", ADVICE);
    }
}
