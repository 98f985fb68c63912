/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx.internal;

import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataLocation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tminus.onnx.Limits;
import org.tminus.onnx.OnnxFormatException;

/** Checks tensors that a file holds, and reads the elements of small ones. */
public final class TensorReader {
    /** Shapes depend on whole numbers and a few factors; larger tensors of fractions are weights. */
    private static final int MAX_FRACTIONS = 64;

    private final Limits limits;
    private final ExternalData.Resolver resolver;
    private final IdentityHashMap<TensorProto, ExternalData> external = new IdentityHashMap<>();

    TensorReader(Limits limits, ExternalData.Resolver resolver) {
        this.limits = limits;
        this.resolver = resolver;
    }

    /** Checks type, dimensions, and that the data has just the size that they need. */
    void check(TensorProto tensor, String where) throws OnnxFormatException {
        int type = tensor.getDataType();
        if (!Types.isKnown(type)) {
            throw bad(where + " has the unknown element type " + type);
        }
        if (tensor.hasSegment()) {
            throw bad(where + " is stored in segments, which no runtime supports");
        }
        long elements = elements(tensor.getDimsList(), where);
        if (tensor.getDataLocation() == DataLocation.EXTERNAL) {
            if (type == Types.STRING) {
                throw bad(where + " holds strings, which cannot be stored outside the model file");
            }
            external.put(tensor, resolver.resolve(tensor, Types.bytes(type, elements), where));
            return;
        }
        int fields = (tensor.hasRawData() ? 1 : 0)
                + (tensor.getFloatDataCount() > 0 ? 1 : 0)
                + (tensor.getInt32DataCount() > 0 ? 1 : 0)
                + (tensor.getInt64DataCount() > 0 ? 1 : 0)
                + (tensor.getDoubleDataCount() > 0 ? 1 : 0)
                + (tensor.getUint64DataCount() > 0 ? 1 : 0)
                + (tensor.getStringDataCount() > 0 ? 1 : 0);
        if (fields > 1) {
            throw bad(where + " has its data stored twice");
        }
        if (tensor.hasRawData()) {
            long expected = Types.bytes(type, elements);
            if (type == Types.STRING) {
                throw bad(where + " holds strings as raw bytes");
            }
            if (tensor.getRawData().size() != expected) {
                throw bad(where + " needs " + expected + " bytes for its dimensions " + tensor.getDimsList()
                        + " and type " + Types.name(type) + ", but has "
                        + tensor.getRawData().size());
            }
            return;
        }
        long expected =
                type == 14 || type == 15 ? 2 * elements : type == 21 || type == 22 ? (elements + 1) / 2 : elements;
        long found =
                switch (type) {
                    case 1, 14 -> tensor.getFloatDataCount();
                    case 7 -> tensor.getInt64DataCount();
                    case 8 -> tensor.getStringDataCount();
                    case 11, 15 -> tensor.getDoubleDataCount();
                    case 12, 13 -> tensor.getUint64DataCount();
                    default -> tensor.getInt32DataCount();
                };
        if (found != expected) {
            throw bad(where + " needs " + expected + " elements for its dimensions " + tensor.getDimsList()
                    + " and type " + Types.name(type) + ", but has " + found);
        }
    }

    long elements(List<Long> dims, String where) throws OnnxFormatException {
        if (dims.size() > limits.rank()) {
            throw bad(where + " has " + dims.size() + " dimensions, more than " + limits.rank());
        }
        long product = 1;
        for (long dim : dims) {
            if (dim < 0) {
                throw bad(where + " has the negative dimension " + dim);
            }
            if (dim > limits.tensorElements() || (dim > 0 && product > limits.tensorElements() / dim)) {
                throw bad(where + " has dimensions " + dims + ", more than " + limits.tensorElements() + " elements");
            }
            product *= dim;
        }
        return product;
    }

    /** The checked reference of a tensor whose data lies outside, null if it lies in the model file. */
    public @Nullable ExternalData external(TensorProto tensor) {
        return external.get(tensor);
    }

    /** The elements of a small tensor of numbers; null if it is large, or of a type that is not folded. */
    @Nullable
    Data read(TensorProto tensor, String where) throws OnnxFormatException {
        int type = tensor.getDataType();
        long elements = 1;
        for (long dim : tensor.getDimsList()) {
            elements *= dim;
            if (elements > Data.MAX_ELEMENTS) {
                return null;
            }
        }
        boolean whole = Types.isIntegral(type);
        if (!whole && elements > MAX_FRACTIONS) {
            return null;
        }
        if (!whole && type != Types.FLOAT && type != Types.DOUBLE) {
            return null;
        }
        int count = (int) elements;
        long[] longs = new long[whole ? count : 0];
        double[] doubles = new double[whole ? 0 : count];
        ByteBuffer raw = raw(tensor, where);
        for (int i = 0; i < count; i++) {
            if (whole) {
                longs[i] = raw == null ? typedLong(tensor, type, i) : rawLong(raw, type);
            } else if (type == Types.FLOAT) {
                doubles[i] = raw == null ? tensor.getFloatData(i) : raw.getFloat();
            } else {
                doubles[i] = raw == null ? tensor.getDoubleData(i) : raw.getDouble();
            }
        }
        return whole ? Data.of(longs) : Data.ofDoubles(doubles);
    }

    private @Nullable ByteBuffer raw(TensorProto tensor, String where) throws OnnxFormatException {
        ExternalData outside = external.get(tensor);
        if (outside != null) {
            ByteBuffer buffer = ByteBuffer.allocate((int) outside.bytes()).order(ByteOrder.LITTLE_ENDIAN);
            try {
                outside.read(0, buffer);
            } catch (IOException e) {
                throw new OnnxFormatException(
                        "The external data of " + where + " cannot be read: " + e.getMessage(),
                        "Check that the data file can be read and does not change.",
                        e);
            }
            return buffer.flip().order(ByteOrder.LITTLE_ENDIAN);
        }
        return tensor.hasRawData() ? tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN) : null;
    }

    private static long typedLong(TensorProto tensor, int type, int index) {
        return switch (type) {
            case 7 -> tensor.getInt64Data(index);
            case 12, 13 -> tensor.getUint64Data(index);
            default -> tensor.getInt32Data(index);
        };
    }

    private static long rawLong(ByteBuffer raw, int type) {
        return switch (type) {
            case 2 -> raw.get() & 0xff;
            case 3 -> raw.get();
            case 4 -> raw.getShort() & 0xffff;
            case 5 -> raw.getShort();
            case 6 -> raw.getInt();
            case 9 -> raw.get() == 0 ? 0 : 1;
            case 12 -> raw.getInt() & 0xffffffffL;
            default -> raw.getLong();
        };
    }

    private static OnnxFormatException bad(String what) {
        return new OnnxFormatException(
                Character.toUpperCase(what.charAt(0)) + what.substring(1) + ".",
                "Export the model again, and check that the file was copied completely.");
    }
}
