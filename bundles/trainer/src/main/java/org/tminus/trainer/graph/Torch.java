/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.graph;

import ai.onnx.proto.OnnxMl.TensorProto;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.HostTensor;

/** Ways in and out of libtorch. */
final class Torch {
    private Torch() {}

    /** Computes a gradient, so that what the library makes at the first one is made by one thread, before there are several. */
    @SuppressWarnings("try") // the scope works by being open
    static void warmUp() {
        try (PointerScope scope = new PointerScope()) {
            Tensor leaf = torch.ones(2L);
            leaf.requires_grad_(true);
            Tensor loss = leaf.mul(leaf).sum();
            torch.grad(new TensorVector(loss), new TensorVector(leaf));
        }
    }

    static @Nullable ScalarType type(int onnxType) {
        TensorProto.DataType type = TensorProto.DataType.forNumber(onnxType);
        if (type == null) {
            return null;
        }
        return switch (type) {
            case FLOAT -> ScalarType.Float;
            case DOUBLE -> ScalarType.Double;
            case FLOAT16 -> ScalarType.Half;
            case BFLOAT16 -> ScalarType.BFloat16;
            case INT64 -> ScalarType.Long;
            case INT32 -> ScalarType.Int;
            case INT16 -> ScalarType.Short;
            case INT8 -> ScalarType.Char;
            case UINT8 -> ScalarType.Byte;
            case BOOL -> ScalarType.Bool;
            default -> null;
        };
    }

    static boolean isKnown(int onnxType) {
        return type(onnxType) != null;
    }

    static ScalarType known(int onnxType) {
        ScalarType type = type(onnxType);
        if (type == null) {
            throw new IllegalArgumentException("tensors of type " + onnxType + " are not supported");
        }
        return type;
    }

    static TensorOptions options(ScalarType type) {
        return new TensorOptions(type);
    }

    /** A tensor of an ONNX file. */
    static Tensor tensor(OnnxSource source, TensorProto tensor) {
        long[] shape = tensor.getDimsList().stream().mapToLong(Long::longValue).toArray();
        ScalarType type = known(tensor.getDataType());
        if (tensor.getFloatDataCount() > 0) {
            return Tensor.create(source.floats(tensor), shape);
        }
        if (tensor.getInt64DataCount() > 0) {
            return Tensor.create(
                    tensor.getInt64DataList().stream()
                            .mapToLong(Long::longValue)
                            .toArray(),
                    shape);
        }
        if (tensor.getDoubleDataCount() > 0) {
            return Tensor.create(
                    tensor.getDoubleDataList().stream()
                            .mapToDouble(Double::doubleValue)
                            .toArray(),
                    shape);
        }
        if (tensor.getInt32DataCount() > 0) {
            if (type == ScalarType.Half || type == ScalarType.BFloat16) {
                short[] bits = new short[tensor.getInt32DataCount()];
                for (int i = 0; i < bits.length; i++) {
                    bits[i] = (short) tensor.getInt32Data(i);
                }
                ByteBuffer raw = ByteBuffer.allocateDirect(2 * bits.length).order(ByteOrder.nativeOrder());
                raw.asShortBuffer().put(bits);
                return tensor(raw, type, shape);
            }
            int[] values = tensor.getInt32DataList().stream()
                    .mapToInt(Integer::intValue)
                    .toArray();
            return Tensor.create(values, shape).toType(type);
        }
        return tensor(source.bytes(tensor), type, shape);
    }

    private static Tensor tensor(ByteBuffer bytes, ScalarType type, long... shape) {
        Tensor tensor = torch.zeros(shape, options(type));
        if (bytes.hasRemaining()) {
            byte[] copy = new byte[bytes.remaining()];
            bytes.duplicate().get(copy);
            new BytePointer(tensor.data_ptr()).put(copy);
        }
        return tensor;
    }

    /** A copy of a tensor of the platform. */
    static Tensor tensor(HostTensor host) {
        long[] shape = host.shape().toArray();
        Tensor tensor = torch.zeros(shape, options(type(host.elementType())));
        ByteBuffer buffer = host.buffer();
        if (buffer.hasRemaining()) {
            Pointer.memcpy(tensor.data_ptr(), new BytePointer(buffer), buffer.remaining());
        }
        return tensor;
    }

    private static ScalarType type(ElementType type) {
        if (type.equals(ElementType.FLOAT32)) {
            return ScalarType.Float;
        } else if (type.equals(ElementType.INT64)) {
            return ScalarType.Long;
        } else if (type.equals(ElementType.INT32)) {
            return ScalarType.Int;
        } else if (type.equals(ElementType.BOOL)) {
            return ScalarType.Bool;
        }
        throw new IllegalArgumentException("inputs of type " + type + " are not supported in training");
    }

    static float[] floats(Tensor tensor) {
        float[] values = new float[Math.toIntExact(tensor.numel())];
        if (values.length > 0) {
            new FloatPointer(tensor.contiguous().data_ptr()).get(values);
        }
        return values;
    }

    static long[] shape(Tensor tensor) {
        return tensor.shape();
    }

    static ScalarTypeOptional none() {
        return new ScalarTypeOptional();
    }

    static Tensor longs(List<Long> values) {
        return Tensor.create(values.stream().mapToLong(Long::longValue).toArray(), values.size());
    }
}
