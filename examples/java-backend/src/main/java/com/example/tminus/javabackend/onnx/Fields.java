/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package com.example.tminus.javabackend.onnx;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/** Goes through the fields of a protocol-buffer message. Not thread-safe. */
final class Fields {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;

    private final ByteBuffer data;
    private int field;
    private int type;

    Fields(ByteBuffer data) {
        this.data = data.slice().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Goes to the next field, whose value was read or skipped. */
    boolean next() throws IOException {
        if (!data.hasRemaining()) {
            return false;
        }
        long key = varint();
        field = (int) (key >>> 3);
        type = (int) (key & 7);
        return true;
    }

    int field() {
        return field;
    }

    private long varint() throws IOException {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            if (!data.hasRemaining()) {
                break;
            }
            byte part = data.get();
            value |= (part & 0x7fL) << shift;
            if (part >= 0) {
                return value;
            }
        }
        throw new IOException("the file is damaged or cut off");
    }

    private void expect(int expected) throws IOException {
        if (type != expected) {
            throw new IOException("the field " + field + " is of another type than ONNX says");
        }
    }

    long number() throws IOException {
        expect(VARINT);
        return varint();
    }

    float real() throws IOException {
        expect(FIXED32);
        return bytes(4).getFloat();
    }

    ByteBuffer bytes() throws IOException {
        expect(BYTES);
        return bytes(varint());
    }

    private ByteBuffer bytes(long length) throws IOException {
        if (length < 0 || length > data.remaining()) {
            throw new IOException("the file is damaged or cut off");
        }
        ByteBuffer value = data.slice(data.position(), (int) length).order(ByteOrder.LITTLE_ENDIAN);
        data.position(data.position() + (int) length);
        return value;
    }

    Fields message() throws IOException {
        return new Fields(bytes());
    }

    String text() throws IOException {
        return StandardCharsets.UTF_8.decode(bytes()).toString();
    }

    /** Whole numbers, packed or one by one. */
    void numbers(LongConsumer each) throws IOException {
        if (type == VARINT) {
            each.accept(varint());
            return;
        }
        Fields packed = message();
        while (packed.data.hasRemaining()) {
            each.accept(packed.varint());
        }
    }

    /** Floats, packed or one by one. */
    void reals(Consumer<Float> each) throws IOException {
        if (type == FIXED32) {
            each.accept(real());
            return;
        }
        ByteBuffer packed = bytes();
        while (packed.remaining() >= 4) {
            each.accept(packed.getFloat());
        }
    }

    void skip() throws IOException {
        switch (type) {
            case VARINT -> varint();
            case FIXED64 -> bytes(8);
            case BYTES -> bytes(varint());
            case FIXED32 -> bytes(4);
            default -> throw new IOException("the file is damaged, or no ONNX model");
        }
    }
}
