/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tensor;

import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A tensor in host memory that Java can write until it hands it on. Direct buffers are used, so that native backends
 * read them without a copy; their memory goes back when the tensor is no longer reachable.
 */
public final class HostTensor implements Tensor {
    private final ElementType elementType;
    private final Shape shape;
    private final @Nullable ByteBuffer data;
    private final @Nullable List<String> strings;
    private volatile boolean closed;

    private HostTensor(
            ElementType elementType, Shape shape, @Nullable ByteBuffer data, @Nullable List<String> strings) {
        this.elementType = elementType;
        this.shape = shape;
        this.data = data;
        this.strings = strings;
    }

    /**
     * A tensor of zeros.
     *
     * @throws IllegalArgumentException if the type has no fixed width, or the tensor would exceed 2 GiB
     */
    public static HostTensor allocate(ElementType elementType, Shape shape) {
        int bytes = byteCount(elementType, shape);
        return new HostTensor(
                elementType, shape, ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder()), null);
    }

    /**
     * A view of the caller's memory, from the buffer's position; nothing is copied. The buffer must stay unchanged
     * while the tensor is in use.
     *
     * @throws IllegalArgumentException if the remaining bytes are not those of the shape
     */
    public static HostTensor wrap(ElementType elementType, Shape shape, ByteBuffer data) {
        int bytes = byteCount(elementType, shape);
        if (data.remaining() != bytes) {
            throw new IllegalArgumentException("A " + elementType + " tensor of shape " + shape + " has " + bytes
                    + " bytes, but the buffer has " + data.remaining());
        }
        return new HostTensor(elementType, shape, data.slice().order(ByteOrder.nativeOrder()), null);
    }

    /** A copy of the values. @throws IllegalArgumentException if their number is not that of the shape */
    public static HostTensor ofFloats(Shape shape, float... values) {
        HostTensor tensor = allocate(ElementType.FLOAT32, shape);
        checkCount(shape, values.length);
        tensor.writableBuffer().asFloatBuffer().put(values);
        return tensor;
    }

    /** A copy of the values. @throws IllegalArgumentException if their number is not that of the shape */
    public static HostTensor ofLongs(Shape shape, long... values) {
        HostTensor tensor = allocate(ElementType.INT64, shape);
        checkCount(shape, values.length);
        tensor.writableBuffer().asLongBuffer().put(values);
        return tensor;
    }

    /** A copy of the values. @throws IllegalArgumentException if their number is not that of the shape */
    public static HostTensor ofInts(Shape shape, int... values) {
        HostTensor tensor = allocate(ElementType.INT32, shape);
        checkCount(shape, values.length);
        tensor.writableBuffer().asIntBuffer().put(values);
        return tensor;
    }

    /** A string tensor. @throws IllegalArgumentException if the number of values is not that of the shape */
    public static HostTensor ofStrings(Shape shape, List<String> values) {
        checkCount(shape, values.size());
        return new HostTensor(ElementType.STRING, shape, null, List.copyOf(values));
    }

    /**
     * A copy of any tensor that is on the host.
     *
     * @throws UnsupportedOperationException if it is not on the host
     */
    public static HostTensor copyOf(Tensor tensor) {
        if (tensor.elementType().equals(ElementType.STRING)) {
            return ofStrings(tensor.shape(), tensor.strings());
        }
        HostTensor copy = allocate(tensor.elementType(), tensor.shape());
        copy.writableBuffer().put(tensor.buffer());
        return copy;
    }

    private static int byteCount(ElementType elementType, Shape shape) {
        if (elementType.bytes() == 0) {
            throw new IllegalArgumentException("Elements of " + elementType + " have no fixed width");
        }
        long elements = shape.elementCount();
        if (elements > Integer.MAX_VALUE / elementType.bytes()) {
            throw new IllegalArgumentException(
                    "A host tensor holds at most 2 GiB, " + elementType + shape + " is larger");
        }
        return (int) elements * elementType.bytes();
    }

    private static void checkCount(Shape shape, int values) {
        if (shape.elementCount() != values) {
            throw new IllegalArgumentException(
                    "Shape " + shape + " has " + shape.elementCount() + " elements, but " + values + " were given");
        }
    }

    /**
     * The memory itself, in native byte order, from position 0 to its limit: for whoever made the tensor, before others
     * read it.
     *
     * @throws IllegalStateException if the tensor is closed
     * @throws UnsupportedOperationException if it holds strings
     */
    public ByteBuffer writableBuffer() {
        return open().duplicate().order(ByteOrder.nativeOrder());
    }

    /**
     * Writes another tensor's elements into this one.
     *
     * @throws IllegalArgumentException if type or shape differ
     */
    public void write(Tensor source) {
        if (!source.elementType().equals(elementType) || !source.shape().equals(shape)) {
            throw new IllegalArgumentException(
                    "Cannot write " + source.elementType() + source.shape() + " into " + elementType + shape);
        }
        try {
            writableBuffer().put(source.buffer());
        } catch (BufferOverflowException e) {
            throw new IllegalArgumentException("The source has more bytes than its shape says", e);
        }
    }

    @Override
    public ElementType elementType() {
        return elementType;
    }

    @Override
    public Shape shape() {
        return shape;
    }

    @Override
    public long byteSize() {
        if (strings != null) {
            return strings.stream()
                    .mapToLong(value -> value.getBytes(StandardCharsets.UTF_8).length)
                    .sum();
        }
        return shape.elementCount() * elementType.bytes();
    }

    @Override
    public TensorLocation location() {
        return TensorLocation.HOST;
    }

    @Override
    public ByteBuffer buffer() {
        return open().asReadOnlyBuffer().order(ByteOrder.nativeOrder());
    }

    @Override
    public List<String> strings() {
        checkOpen();
        if (strings == null) {
            throw new UnsupportedOperationException("A " + elementType + " tensor holds no strings");
        }
        return strings;
    }

    private ByteBuffer open() {
        checkOpen();
        if (data == null) {
            throw new UnsupportedOperationException("A string tensor has no buffer; read strings()");
        }
        return data;
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("The tensor " + elementType + shape + " is closed");
        }
    }

    @Override
    public void close() {
        closed = true;
    }

    @Override
    public String toString() {
        return elementType + shape.toString();
    }
}
