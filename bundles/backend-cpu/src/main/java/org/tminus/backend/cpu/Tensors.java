/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.backend.cpu;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.TensorInfo;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;
import org.tminus.tensor.Tensor;

/** Turns the platform's tensors into the library's and back. */
final class Tensors {
    private static final Map<ElementType, OnnxJavaType> TYPES = Map.of(
            ElementType.BOOL, OnnxJavaType.BOOL,
            ElementType.INT8, OnnxJavaType.INT8,
            ElementType.UINT8, OnnxJavaType.UINT8,
            ElementType.INT16, OnnxJavaType.INT16,
            ElementType.INT32, OnnxJavaType.INT32,
            ElementType.INT64, OnnxJavaType.INT64,
            ElementType.FLOAT16, OnnxJavaType.FLOAT16,
            ElementType.BFLOAT16, OnnxJavaType.BFLOAT16,
            ElementType.FLOAT32, OnnxJavaType.FLOAT,
            ElementType.FLOAT64, OnnxJavaType.DOUBLE);

    private static final Map<Integer, OnnxJavaType> NUMBERS = Map.of(
            1, OnnxJavaType.FLOAT,
            2, OnnxJavaType.UINT8,
            3, OnnxJavaType.INT8,
            5, OnnxJavaType.INT16,
            6, OnnxJavaType.INT32,
            7, OnnxJavaType.INT64,
            10, OnnxJavaType.FLOAT16,
            11, OnnxJavaType.DOUBLE,
            16, OnnxJavaType.BFLOAT16);

    private Tensors() {}

    /** Whether the library's Java interface can take such elements. */
    static boolean supports(ElementType type) {
        return TYPES.containsKey(type) || type.equals(ElementType.STRING);
    }

    /**
     * The library's type for what ONNX gives a number; empty for types that the library's Java interface cannot take, and
     * for text.
     */
    static Optional<OnnxJavaType> nativeType(int onnxType) {
        return Optional.ofNullable(NUMBERS.get(onnxType));
    }

    /** The name that the platform has for a tensor's type; empty if it has none. */
    static Optional<String> typeName(TensorInfo info) {
        if (info.type == OnnxJavaType.STRING) {
            return Optional.of(ElementType.STRING.name());
        }
        return TYPES.entrySet().stream()
                .filter(entry -> entry.getValue() == info.type)
                .map(entry -> entry.getKey().name())
                .findFirst();
    }

    /** A native tensor over the same memory if that is a direct buffer, else over a copy. The caller closes it. */
    static OnnxTensor toNative(OrtEnvironment environment, Tensor tensor) throws OrtException {
        if (tensor.elementType().equals(ElementType.STRING)) {
            String[] strings = tensor.strings().toArray(String[]::new);
            return OnnxTensor.createTensor(environment, strings, tensor.shape().toArray());
        }
        return overBuffer(environment, tensor.elementType(), tensor.shape(), tensor.buffer());
    }

    /** A native tensor that writes into the destination, which has a direct buffer. The caller closes it. */
    static OnnxTensor writingTo(OrtEnvironment environment, HostTensor destination) throws OrtException {
        return overBuffer(environment, destination.elementType(), destination.shape(), destination.writableBuffer());
    }

    private static OnnxTensor overBuffer(OrtEnvironment environment, ElementType type, Shape shape, ByteBuffer data)
            throws OrtException {
        OnnxJavaType nativeType = TYPES.get(type);
        if (nativeType == null) {
            throw new OrtException("Elements of type " + type + " are not supported");
        }
        long[] dimensions = shape.toArray();
        // The library counts in elements of the buffer, so that it wants a view of the right width.
        return switch (nativeType) {
            case FLOAT -> OnnxTensor.createTensor(environment, data.asFloatBuffer(), dimensions);
            case DOUBLE -> OnnxTensor.createTensor(environment, data.asDoubleBuffer(), dimensions);
            case INT64 -> OnnxTensor.createTensor(environment, data.asLongBuffer(), dimensions);
            case INT32 -> OnnxTensor.createTensor(environment, data.asIntBuffer(), dimensions);
            case INT16, FLOAT16, BFLOAT16 ->
                OnnxTensor.createTensor(environment, data.asShortBuffer(), dimensions, nativeType);
            default -> OnnxTensor.createTensor(environment, data, dimensions, nativeType);
        };
    }

    /** A copy in Java's heap. */
    static HostTensor toHost(OnnxValue value) throws OrtException {
        if (!(value instanceof OnnxTensor tensor)) {
            throw new OrtException("The value is a " + value.getType() + ", not a tensor");
        }
        TensorInfo info = tensor.getInfo();
        Shape shape = Shape.of(info.getShape());
        if (info.type == OnnxJavaType.STRING) {
            List<String> strings = new ArrayList<>();
            collect(tensor.getValue(), strings);
            return HostTensor.ofStrings(shape, strings);
        }
        return HostTensor.wrap(elementType(info.type), shape, tensor.getByteBuffer());
    }

    private static void collect(Object value, List<String> strings) {
        if (value instanceof Object[] values) {
            for (Object entry : values) {
                collect(entry, strings);
            }
        } else {
            strings.add((String) value);
        }
    }

    private static ElementType elementType(OnnxJavaType type) throws OrtException {
        for (Map.Entry<ElementType, OnnxJavaType> entry : TYPES.entrySet()) {
            if (entry.getValue() == type) {
                return entry.getKey();
            }
        }
        throw new OrtException("Elements of type " + type + " are not supported");
    }

    /**
     * Only these rows, in direct memory.
     *
     * @param rows within the first dimension
     */
    static HostTensor rows(Tensor tensor, int[] rows) {
        Shape shape = tensor.shape().withBatch(rows.length);
        long before = tensor.shape().dimension(0);
        if (tensor.elementType().equals(ElementType.STRING)) {
            List<String> all = tensor.strings();
            int width = (int) (all.size() / before);
            List<String> kept = new ArrayList<>(rows.length * width);
            for (int row : rows) {
                kept.addAll(all.subList(row * width, (row + 1) * width));
            }
            return HostTensor.ofStrings(shape, kept);
        }
        HostTensor kept = HostTensor.allocate(tensor.elementType(), shape);
        ByteBuffer source = tensor.buffer();
        ByteBuffer target = kept.writableBuffer();
        int width = (int) (source.remaining() / before);
        for (int row : rows) {
            target.put(source.slice(row * width, width));
        }
        return kept;
    }
}
