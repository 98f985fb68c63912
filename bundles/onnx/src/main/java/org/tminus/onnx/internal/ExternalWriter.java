/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx.internal;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataLocation;
import com.google.protobuf.ByteString;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;

/** Writes a model with its large weights in a file of their own. */
public final class ExternalWriter {
    private static final int CHUNK = 1 << 20;

    private final Graph graph;
    private final String location;
    private final int smallest;
    private final int alignment;

    public ExternalWriter(Graph graph, String location, int smallest, int alignment) {
        this.graph = graph;
        this.location = location;
        this.smallest = smallest;
        this.alignment = alignment;
    }

    /** Writes both files; returns the size of the data. */
    public long write(Path modelFile, Path dataFile, Path folder) throws IOException {
        Path data = Files.createTempFile(folder, "weights", ".tmp");
        Path model = Files.createTempFile(folder, "model", ".tmp");
        try {
            long size;
            ModelProto rewritten;
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(data), CHUNK)) {
                Sink sink = new Sink(out);
                rewritten = rewrite(sink);
                size = sink.position;
            }
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(model), CHUNK)) {
                rewritten.writeTo(out);
            }
            if (size > 0) {
                Files.move(data, dataFile, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            }
            Files.move(model, modelFile, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            if (size == 0) {
                Files.deleteIfExists(dataFile);
            }
            return size;
        } finally {
            Files.deleteIfExists(data);
            Files.deleteIfExists(model);
        }
    }

    private ModelProto rewrite(Sink sink) throws IOException {
        GraphProto.Builder rewritten = graph.model().getGraph().toBuilder().clearInitializer();
        for (TensorProto tensor : graph.model().getGraph().getInitializerList()) {
            ExternalData outside = graph.tensors().external(tensor);
            long elements = 1;
            for (long dim : tensor.getDimsList()) {
                elements *= dim;
            }
            long bytes = Types.bytes(tensor.getDataType(), elements);
            ByteString raw = outside == null ? raw(tensor, (int) Math.min(elements, Integer.MAX_VALUE)) : null;
            if (outside != null && bytes < smallest) {
                ByteBuffer small = ByteBuffer.allocate((int) bytes);
                outside.read(0, small);
                rewritten.addInitializer(inline(tensor, ByteString.copyFrom(small.flip())));
            } else if (bytes < smallest || (outside == null && raw == null)) {
                rewritten.addInitializer(tensor);
            } else {
                long offset = sink.align(alignment);
                if (raw != null) {
                    sink.write(raw);
                } else if (outside != null) {
                    sink.write(outside);
                }
                rewritten.addInitializer(external(tensor, offset, bytes));
            }
        }
        return graph.model().toBuilder().setGraph(rewritten).build();
    }

    private TensorProto external(TensorProto tensor, long offset, long bytes) {
        return bare(tensor)
                .setDataLocation(DataLocation.EXTERNAL)
                .addExternalData(entry("location", location))
                .addExternalData(entry("offset", Long.toString(offset)))
                .addExternalData(entry("length", Long.toString(bytes)))
                .build();
    }

    private static TensorProto inline(TensorProto tensor, ByteString raw) {
        return bare(tensor).clearDataLocation().setRawData(raw).build();
    }

    private static TensorProto.Builder bare(TensorProto tensor) {
        return tensor.toBuilder()
                .clearRawData()
                .clearFloatData()
                .clearInt32Data()
                .clearInt64Data()
                .clearDoubleData()
                .clearUint64Data()
                .clearExternalData();
    }

    private static StringStringEntryProto entry(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }

    /** The elements as bytes, little-endian; null for types that can only be stored otherwise. */
    private static @Nullable ByteString raw(TensorProto tensor, int elements) {
        if (tensor.hasRawData()) {
            return tensor.getRawData();
        }
        int type = tensor.getDataType();
        int width =
                switch (type) {
                    case 1, 6, 12 -> 4;
                    case 2, 3, 9 -> 1;
                    case 4, 5, 10, 16 -> 2;
                    case 7, 11, 13 -> 8;
                    default -> 0;
                };
        if (width == 0 || elements > Integer.MAX_VALUE / 8) {
            return null;
        }
        ByteBuffer buffer = ByteBuffer.allocate(elements * width).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < elements; i++) {
            switch (type) {
                case 1 -> buffer.putFloat(tensor.getFloatData(i));
                case 11 -> buffer.putDouble(tensor.getDoubleData(i));
                case 7 -> buffer.putLong(tensor.getInt64Data(i));
                case 13 -> buffer.putLong(tensor.getUint64Data(i));
                case 12 -> buffer.putInt((int) tensor.getUint64Data(i));
                case 6 -> buffer.putInt(tensor.getInt32Data(i));
                case 4, 5, 10, 16 -> buffer.putShort((short) tensor.getInt32Data(i));
                default -> buffer.put((byte) tensor.getInt32Data(i));
            }
        }
        return ByteString.copyFrom(buffer.flip());
    }

    /** The file of weights while it grows. */
    private static final class Sink {
        private final OutputStream out;
        private long position;

        Sink(OutputStream out) {
            this.out = out;
        }

        long align(int alignment) throws IOException {
            int padding = (int) (-position & (alignment - 1));
            out.write(new byte[padding]);
            position += padding;
            return position;
        }

        void write(ByteString bytes) throws IOException {
            bytes.writeTo(out);
            position += bytes.size();
        }

        void write(ExternalData data) throws IOException {
            for (long from = 0; from < data.bytes(); from += CHUNK) {
                ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(CHUNK, data.bytes() - from));
                data.read(from, chunk);
                out.write(chunk.array());
            }
            position += data.bytes();
        }
    }
}
