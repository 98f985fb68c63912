/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnxruntime.internal;

import ai.onnxruntime.CInterface;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.onnxruntime.MappedWeight;
import org.tminus.onnxruntime.SharedWeights;

/** Weights mapped from files as tensors of the library, and the container of their packed forms. */
final class MappedWeights implements SharedWeights {
    private static final Logger LOG = LoggerFactory.getLogger(MappedWeights.class);
    private static final long NONE = 0;

    private final OrtEnvironment environment;
    private final MappedMemory memory;
    private final long packed;
    private final Map<Place, Mapping> mappings = new HashMap<>();
    private boolean closed;

    MappedWeights(OrtEnvironment environment, MappedMemory memory) throws OrtException {
        this.environment = environment;
        this.memory = memory;
        long container = NONE;
        try {
            container = CInterface.newPackedWeights();
        } catch (LinkageError e) {
            LOG.warn(
                    "Each session holds packed weights of its own, since the C interface of ONNX Runtime cannot be used",
                    e);
        }
        packed = container;
    }

    /** The same numbers may have other names in other graphs. */
    private record Place(Path file, long offset, OnnxJavaType type, List<Long> shape) {}

    /** The tensor refers to the buffer's memory. */
    private record Mapping(ByteBuffer buffer, OnnxTensor tensor) {}

    @Override
    public synchronized OrtSession newSession(
            byte[] graph, OrtSession.SessionOptions options, Collection<MappedWeight> weights)
            throws IOException, OrtException {
        if (closed) {
            throw new IllegalStateException("The weights are closed");
        }
        for (MappedWeight weight : weights) {
            options.addInitializer(weight.name(), mapping(weight).tensor());
        }
        return packed == NONE
                ? environment.createSession(graph, options)
                : CInterface.newSession(environment, graph, options, packed);
    }

    private Mapping mapping(MappedWeight weight) throws IOException, OrtException {
        Place place = place(weight);
        Mapping mapping = mappings.get(place);
        if (mapping == null) {
            mapping = map(weight);
            mappings.put(place, mapping);
        }
        return mapping;
    }

    private static Place place(MappedWeight weight) {
        return new Place(weight.file(), weight.offset(), weight.type(), weight.shape());
    }

    private Mapping map(MappedWeight weight) throws IOException, OrtException {
        try (FileChannel channel = FileChannel.open(weight.file(), StandardOpenOption.READ)) {
            if (channel.size() - weight.bytes() < weight.offset()) {
                throw new EOFException("The weight " + weight.name() + " lies beyond the end of " + weight.file());
            }
            ByteBuffer buffer = channel.map(MapMode.READ_ONLY, weight.offset(), weight.bytes())
                    .order(ByteOrder.LITTLE_ENDIAN);
            return new Mapping(buffer, tensor(weight, buffer));
        }
    }

    private OnnxTensor tensor(MappedWeight weight, ByteBuffer buffer) throws OrtException {
        long[] shape = weight.shape().stream().mapToLong(Long::longValue).toArray();
        // The library counts in elements of the buffer, so that it wants a view of the right width.
        return switch (weight.type()) {
            case FLOAT -> OnnxTensor.createTensor(environment, buffer.asFloatBuffer(), shape);
            case DOUBLE -> OnnxTensor.createTensor(environment, buffer.asDoubleBuffer(), shape);
            case INT64 -> OnnxTensor.createTensor(environment, buffer.asLongBuffer(), shape);
            case INT32 -> OnnxTensor.createTensor(environment, buffer.asIntBuffer(), shape);
            case INT16, FLOAT16, BFLOAT16 ->
                OnnxTensor.createTensor(environment, buffer.asShortBuffer(), shape, weight.type());
            default -> OnnxTensor.createTensor(environment, buffer, shape, weight.type());
        };
    }

    @Override
    public boolean isHeldOnce() {
        return packed != NONE;
    }

    @Override
    public synchronized void unload() {
        for (Mapping mapping : mappings.values()) {
            memory.unload(mapping.buffer());
        }
    }

    @Override
    public synchronized void unload(Collection<MappedWeight> weights) {
        for (MappedWeight weight : weights) {
            Mapping mapping = mappings.get(place(weight));
            if (mapping != null) {
                memory.unload(mapping.buffer());
            }
        }
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            mappings.values().forEach(mapping -> mapping.tensor().close());
            mappings.clear();
            if (packed != NONE) {
                CInterface.releasePackedWeights(packed);
            }
        }
    }
}
