/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.graph;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tminus.onnx.OnnxModel;

/** An ONNX file as messages, and its weights as Java arrays, also those that lie outside the file. Immutable. */
final class OnnxSource {
    private final ModelProto model;
    private final @Nullable Path folder;
    private final Map<String, TensorProto> initializers = new LinkedHashMap<>();

    private OnnxSource(ModelProto model, @Nullable Path folder) {
        this.model = model;
        this.folder = folder;
        for (TensorProto tensor : model.getGraph().getInitializerList()) {
            initializers.put(tensor.getName(), tensor);
        }
    }

    /** A model that was read and checked, so that its external data is known to be there. */
    static OnnxSource of(OnnxModel model) {
        try {
            return new OnnxSource(
                    ModelProto.parseFrom(model.toBytes()), model.folder().orElse(null));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("the model is no ONNX file", e);
        }
    }

    ModelProto model() {
        return model;
    }

    GraphProto graph() {
        return model.getGraph();
    }

    /** By name, in the order of the file. */
    Map<String, TensorProto> initializers() {
        return initializers;
    }

    long opset(String domain) {
        for (OperatorSetIdProto set : model.getOpsetImportList()) {
            String name = set.getDomain().equals("ai.onnx") ? "" : set.getDomain();
            if (name.equals(domain)) {
                return set.getVersion();
            }
        }
        return 1;
    }

    static int size(TensorProto tensor) {
        long size = 1;
        for (long dimension : tensor.getDimsList()) {
            size *= dimension;
        }
        return Math.toIntExact(size);
    }

    /** The elements of a float32 tensor. */
    float[] floats(TensorProto tensor) {
        if (tensor.getFloatDataCount() > 0) {
            float[] values = new float[tensor.getFloatDataCount()];
            for (int i = 0; i < values.length; i++) {
                values[i] = tensor.getFloatData(i);
            }
            return values;
        }
        float[] values = new float[size(tensor)];
        bytes(tensor).asFloatBuffer().get(values);
        return values;
    }

    /** The elements of an int64 tensor. */
    long[] longs(TensorProto tensor) {
        if (tensor.getInt64DataCount() > 0) {
            return tensor.getInt64DataList().stream().mapToLong(Long::longValue).toArray();
        }
        long[] values = new long[size(tensor)];
        bytes(tensor).asLongBuffer().get(values);
        return values;
    }

    /** The raw little-endian elements, wherever they lie. */
    ByteBuffer bytes(TensorProto tensor) {
        if (tensor.getDataLocation() != TensorProto.DataLocation.EXTERNAL) {
            return tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        }
        String location = "";
        long offset = 0;
        long length = -1;
        for (StringStringEntryProto entry : tensor.getExternalDataList()) {
            switch (entry.getKey()) {
                case "location" -> location = entry.getValue();
                case "offset" -> offset = Long.parseLong(entry.getValue());
                case "length" -> length = Long.parseLong(entry.getValue());
                default -> {
                    // Others, such as a checksum, do not say where the data lies.
                }
            }
        }
        if (folder == null || length < 0) {
            throw new IllegalArgumentException("the weights of " + tensor.getName() + " cannot be found");
        }
        ByteBuffer buffer = ByteBuffer.allocate(Math.toIntExact(length)).order(ByteOrder.LITTLE_ENDIAN);
        try (FileChannel channel = FileChannel.open(folder.resolve(location))) {
            while (buffer.hasRemaining()) {
                if (channel.read(buffer, offset + buffer.position()) < 0) {
                    throw new IOException(location + " ends too early");
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the weights of " + tensor.getName() + " cannot be read", e);
        }
        return buffer.flip();
    }

    /** The file with other values for some weights, and with every weight inside it. */
    byte[] with(Map<String, float[]> values) {
        ModelProto.Builder changed = model.toBuilder();
        GraphProto.Builder graph = changed.getGraphBuilder();
        Map<String, float[]> left = new HashMap<>(values);
        for (int i = 0; i < graph.getInitializerCount(); i++) {
            TensorProto tensor = graph.getInitializer(i);
            float @Nullable [] fresh = left.remove(tensor.getName());
            if (fresh == null && tensor.getDataLocation() != TensorProto.DataLocation.EXTERNAL) {
                continue;
            }
            ByteString raw;
            if (fresh == null) {
                raw = ByteString.copyFrom(bytes(tensor));
            } else if (fresh.length != size(tensor)) {
                throw new IllegalArgumentException(
                        "weight " + tensor.getName() + " has " + size(tensor) + " values, not " + fresh.length);
            } else {
                ByteBuffer buffer = ByteBuffer.allocate(4 * fresh.length).order(ByteOrder.LITTLE_ENDIAN);
                buffer.asFloatBuffer().put(fresh);
                raw = ByteString.copyFrom(buffer);
            }
            graph.setInitializer(
                    i,
                    tensor.toBuilder()
                            .clearFloatData()
                            .clearExternalData()
                            .clearDataLocation()
                            .setRawData(raw));
        }
        if (!left.isEmpty()) {
            throw new IllegalArgumentException("the model has no weights " + left.keySet());
        }
        return changed.build().toByteArray();
    }
}
