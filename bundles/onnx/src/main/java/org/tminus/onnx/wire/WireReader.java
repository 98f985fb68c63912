/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx.wire;

import java.nio.charset.StandardCharsets;
import org.tminus.onnx.OnnxFormatException;

/**
 * Reads one message of the protobuf wire format, field by field, out of a byte array. It never reads past its message and
 * allocates nothing that the file merely claims to hold. Every method that reads throws an {@link OnnxFormatException}
 * where the bytes are no such message. Not thread-safe.
 */
public final class WireReader {
    /** Wire type of integers. */
    public static final int VARINT = 0;

    /** Wire type of eight bytes. */
    public static final int FIXED64 = 1;

    /** Wire type of strings, messages and packed numbers. */
    public static final int BYTES = 2;

    /** Wire type of four bytes. */
    public static final int FIXED32 = 5;

    private final byte[] data;
    private final int end;
    private final String what;
    private final String advice;
    private int position;
    private int field;
    private int wireType;

    /**
     * A reader of the whole array, which is not copied.
     *
     * @param what the source, as the beginning of a message: "The predictor"
     * @param advice what to do about a damaged one, as a sentence
     */
    public WireReader(byte[] data, String what, String advice) {
        this(data, 0, data.length, what, advice);
    }

    private WireReader(byte[] data, int start, int end, String what, String advice) {
        this.data = data;
        this.position = start;
        this.end = end;
        this.what = what;
        this.advice = advice;
    }

    /** Moves to the next field; its value must then be read or skipped. False at the end of the message. */
    public boolean next() throws OnnxFormatException {
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

    /** Number of the present field. */
    public int field() {
        return field;
    }

    /** How the present field is written. */
    public int wireType() {
        return wireType;
    }

    /** Whether nothing is left of this message. */
    public boolean isAtEnd() {
        return position == end;
    }

    /** The next bytes as an integer, without a look at the wire type: for packed numbers. */
    public long varint() throws OnnxFormatException {
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

    /** The next four bytes as a float32, without a look at the wire type: for packed numbers. */
    public float fixed32() throws OnnxFormatException {
        int at = take(4);
        return Float.intBitsToFloat((data[at] & 0xFF)
                | (data[at + 1] & 0xFF) << 8
                | (data[at + 2] & 0xFF) << 16
                | (data[at + 3] & 0xFF) << 24);
    }

    /** The present field as a message of its own; also for packed numbers. */
    public WireReader message() throws OnnxFormatException {
        require(BYTES);
        int length = length();
        int at = take(length);
        return new WireReader(data, at, at + length, what, advice);
    }

    /** The present field as text. */
    public String string() throws OnnxFormatException {
        require(BYTES);
        int length = length();
        return new String(data, take(length), length, StandardCharsets.UTF_8);
    }

    /** The present field as an integer. */
    public long longValue() throws OnnxFormatException {
        require(VARINT);
        return varint();
    }

    /** Passes over the present field. */
    public void skip() throws OnnxFormatException {
        switch (wireType) {
            case VARINT -> varint();
            case FIXED64 -> take(8);
            case BYTES -> take(length());
            case FIXED32 -> take(4);
            default -> throw damaged("field " + field + " has the unknown wire type " + wireType);
        }
    }

    private int length() throws OnnxFormatException {
        long length = varint();
        if (length < 0 || length > end - position) {
            throw damaged("a field claims " + length + " bytes where " + (end - position) + " are left");
        }
        return (int) length;
    }

    private int take(int bytes) throws OnnxFormatException {
        if (bytes > end - position) {
            throw damaged("it ends in the middle of a field");
        }
        int at = position;
        position += bytes;
        return at;
    }

    private void require(int expected) throws OnnxFormatException {
        if (wireType != expected) {
            throw damaged("field " + field + " has wire type " + wireType + " instead of " + expected);
        }
    }

    /** A failure that names the source, this place and the reason. */
    public OnnxFormatException damaged(String reason) {
        return new OnnxFormatException(what + " is damaged at byte " + position + ": " + reason + ".", advice);
    }
}
