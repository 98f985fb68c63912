/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.pack;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.tminus.onnx.OnnxModel;

/** Puts the weights of a model back into its file. */
public final class InlinedWeights {
    private InlinedWeights() {}

    /**
     * The model as one file.
     *
     * @param model was checked when it was read, so its external data lies in its folder
     * @throws IOException if the weights cannot be read
     */
    public static byte[] of(OnnxModel model) throws IOException {
        Path folder = model.folder().orElse(null);
        if (folder == null) {
            return model.toBytes();
        }
        ModelProto.Builder inlined = ModelProto.parseFrom(model.toBytes()).toBuilder();
        GraphProto.Builder graph = inlined.getGraphBuilder();
        for (int i = 0; i < graph.getInitializerCount(); i++) {
            TensorProto tensor = graph.getInitializer(i);
            if (tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
                graph.setInitializer(
                        i,
                        tensor.toBuilder()
                                .clearExternalData()
                                .clearDataLocation()
                                .setRawData(read(tensor, folder)));
            }
        }
        return inlined.build().toByteArray();
    }

    private static ByteString read(TensorProto tensor, Path folder) throws IOException {
        Map<String, String> place = new HashMap<>();
        for (StringStringEntryProto entry : tensor.getExternalDataList()) {
            place.put(entry.getKey(), entry.getValue());
        }
        long offset = Long.parseLong(place.getOrDefault("offset", "0"));
        try (FileChannel channel = FileChannel.open(folder.resolve(place.getOrDefault("location", "")))) {
            long length = place.containsKey("length")
                    ? Long.parseLong(place.getOrDefault("length", "0"))
                    : channel.size() - offset;
            ByteBuffer buffer = ByteBuffer.allocate(Math.toIntExact(length));
            while (buffer.hasRemaining()) {
                if (channel.read(buffer, offset + buffer.position()) < 0) {
                    throw new IOException("the weights of " + tensor.getName() + " end too early");
                }
            }
            return ByteString.copyFrom(buffer.flip());
        }
    }
}
