/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.predictor.internal;

import java.nio.charset.StandardCharsets;
import org.tminus.failure.ModelFormatException;

/**
 * Reads one message of the protobuf wire format, field by field, out of a byte array. It never reads past its message and
 * allocates nothing that the file merely claims to hold. Not thread-safe.
 */
final class WireReader {
    static final int VARINT = 0;
    static final int FIXED64 = 1;
    static final int BYTES = 2;
    static final int FIXED32 = 5;

    private final byte[] data;
    private final int end;
    private int position;
    private int field;
    private int wireType;

    WireReader(byte[] data) {
        this(data, 0, data.length);
    }

    private WireReader(byte[] data, int start, int end) {
        this.data = data;
        this.position = start;
        this.end = end;
    }

    /** Moves to the next field; its value must then be read or skipped. False at the end of the message. */
    boolean next() throws ModelFormatException {
        if (position == end) {
            return false;
        }
        long tag = varint();
        field = (int) (tag >>> 3);
        wireType = (int) (tag & 7);
        if (tag >>> 32 != 0 || field == 0) {
            throw damaged("a field has the impossible tag " + tag);
        }
        return true;
    }

    int field() {
        return field;
    }

    int wireType() {
        return wireType;
    }

    boolean isAtEnd() {
        return position == end;
    }

    long varint() throws ModelFormatException {
        long value = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            if (position == end) {
                throw damaged("a number is cut off");
            }
            byte next = data[position++];
            value |= (long) (next & 0x7F) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw damaged("a number is longer than ten bytes");
    }

    float fixed32() throws ModelFormatException {
        int at = take(4);
        return Float.intBitsToFloat((data[at] & 0xFF)
                | (data[at + 1] & 0xFF) << 8
                | (data[at + 2] & 0xFF) << 16
                | (data[at + 3] & 0xFF) << 24);
    }

    /** The present field as a message of its own; also for packed numbers. */
    WireReader message() throws ModelFormatException {
        require(BYTES);
        int length = length();
        int at = take(length);
        return new WireReader(data, at, at + length);
    }

    String string() throws ModelFormatException {
        require(BYTES);
        int length = length();
        return new String(data, take(length), length, StandardCharsets.UTF_8);
    }

    long longValue() throws ModelFormatException {
        require(VARINT);
        return varint();
    }

    void skip() throws ModelFormatException {
        switch (wireType) {
            case VARINT -> varint();
            case FIXED64 -> take(8);
            case BYTES -> take(length());
            case FIXED32 -> take(4);
            default -> throw damaged("field " + field + " has the unknown wire type " + wireType);
        }
    }

    private int length() throws ModelFormatException {
        long length = varint();
        if (length < 0 || length > end - position) {
            throw damaged("a field claims " + length + " bytes where " + (end - position) + " are left");
        }
        return (int) length;
    }

    private int take(int bytes) throws ModelFormatException {
        if (bytes > end - position) {
            throw damaged("it ends in the middle of a field");
        }
        int at = position;
        position += bytes;
        return at;
    }

    private void require(int expected) throws ModelFormatException {
        if (wireType != expected) {
            throw damaged("field " + field + " has wire type " + wireType + " instead of " + expected);
        }
    }

    ModelFormatException damaged(String reason) {
        return new ModelFormatException(
                "The predictor is damaged at byte " + position + ": " + reason + ".", EnsembleReader.ADVICE);
    }
}
