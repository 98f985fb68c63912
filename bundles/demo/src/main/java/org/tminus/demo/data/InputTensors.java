/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.demo.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.tminus.failure.InvalidRequestException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.Preprocessing;
import org.tminus.model.RawInput;
import org.tminus.model.TensorSpec;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;
import org.tminus.tensor.Tensor;

/** The inputs of a model, made beforehand in direct memory, so that every row starts from the same tensors. */
public final class InputTensors {
    private static final int BATCH = 500;

    private final String name;
    private final Shape rowShape;
    private final int count;
    private final ByteBuffer values;

    private InputTensors(String name, Shape rowShape, int count, ByteBuffer values) {
        this.name = name;
        this.rowShape = rowShape;
        this.count = count;
        this.values = values;
    }

    /**
     * Applies a model's preprocessing.
     *
     * @param count how many of the images, from the first one on
     * @throws InvalidRequestException if the model has no preprocessing for images or not exactly one float32 input
     */
    public static InputTensors prepare(AdaptiveModel model, LabelledImages images, int count)
            throws InvalidRequestException {
        TensorSpec spec = input(model);
        Preprocessing preprocessing = model.preprocessing()
                .orElseThrow(() -> new InvalidRequestException(
                        "Model " + model.name() + " has no preprocessing.", "Use a model that takes images."));
        ByteBuffer values = null;
        Shape rowShape = null;
        for (int from = 0; from < count; from += BATCH) {
            List<RawInput> batch = new ArrayList<>();
            for (int index = from; index < Math.min(count, from + BATCH); index++) {
                batch.add(images.image(index));
            }
            Map<String, Tensor> tensors = preprocessing.apply(batch);
            try {
                Tensor tensor = tensors.get(spec.name());
                if (tensor == null) {
                    throw new InvalidRequestException(
                            "The preprocessing of model " + model.name() + " makes no tensor '" + spec.name() + "'.",
                            "Repair the model file.");
                }
                if (values == null) {
                    rowShape = tensor.shape().withBatch(1);
                    values = allocate(rowShape, count);
                }
                values.put(tensor.buffer());
            } finally {
                tensors.values().forEach(Tensor::close);
            }
        }
        if (values == null || rowShape == null) {
            throw new IllegalArgumentException("There are no images");
        }
        return new InputTensors(spec.name(), rowShape, count, values);
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws IOException if the file cannot be read or has another size
     */
    public static InputTensors read(Path file, int count) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer header = ByteBuffer.allocate(Integer.BYTES);
            fill(channel, header, file);
            ByteBuffer text = ByteBuffer.allocate(Math.max(0, Math.min(4096, header.getInt(0))));
            fill(channel, text, file);
            String[] parts = new String(text.array(), java.nio.charset.StandardCharsets.UTF_8).split("\t", -1);
            long[] dimensions = new long[parts.length - 1];
            for (int axis = 0; axis < dimensions.length; axis++) {
                dimensions[axis] = Long.parseLong(parts[axis + 1]);
            }
            Shape rowShape = Shape.of(dimensions);
            ByteBuffer values = allocate(rowShape, count);
            fill(channel, values, file);
            return new InputTensors(parts[0], rowShape, count, values);
        } catch (IllegalArgumentException e) {
            throw new IOException("The file " + file + " is not one of the demo's: " + e.getMessage(), e);
        }
    }

    private static void fill(FileChannel channel, ByteBuffer buffer, Path file) throws IOException {
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new IOException("The file " + file + " is cut short");
            }
        }
    }

    /** Writes the first inputs for another process on this machine. */
    public void write(Path file, int howMany) throws IOException {
        StringBuilder text = new StringBuilder(name);
        for (long dimension : rowShape.toArray()) {
            text.append('\t').append(dimension);
        }
        byte[] header = text.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer start = ByteBuffer.allocate(Integer.BYTES + header.length)
                    .putInt(header.length)
                    .put(header)
                    .flip();
            ByteBuffer body = values.duplicate().position(0).limit(Math.min(howMany, count) * rowBytes());
            while (start.hasRemaining()) {
                channel.write(start);
            }
            while (body.hasRemaining()) {
                channel.write(body);
            }
        } catch (IOException e) {
            Files.deleteIfExists(file);
            throw e;
        }
    }

    private static ByteBuffer allocate(Shape rowShape, int count) {
        long bytes = Math.multiplyExact(Math.multiplyExact(rowShape.elementCount(), Float.BYTES), (long) count);
        return ByteBuffer.allocateDirect(Math.toIntExact(bytes)).order(ByteOrder.nativeOrder());
    }

    private static TensorSpec input(AdaptiveModel model) throws InvalidRequestException {
        List<TensorSpec> inputs = model.signature().inputs();
        if (inputs.size() != 1 || !inputs.get(0).elementType().equals(ElementType.FLOAT32)) {
            throw new InvalidRequestException(
                    "The demo needs a model with one float32 input; " + model.name() + " has " + inputs + ".",
                    "Use a model that takes images.");
        }
        return inputs.get(0);
    }

    private int rowBytes() {
        return (int) rowShape.elementCount() * Float.BYTES;
    }

    private ByteBuffer row(int index) {
        int bytes = rowBytes();
        return values.duplicate()
                .position(index * bytes)
                .limit((index + 1) * bytes)
                .slice()
                .order(ByteOrder.nativeOrder());
    }

    /** The name of the model's input. */
    public String name() {
        return name;
    }

    public int count() {
        return count;
    }

    /** The shape of a batch of one. */
    public Shape rowShape() {
        return rowShape;
    }

    /** A view of one input's values. */
    public FloatBuffer floats(int index) {
        return row(index).asFloatBuffer();
    }

    /** One input as a batch of one, without a copy. */
    public HostTensor tensor(int index) {
        return HostTensor.wrap(ElementType.FLOAT32, rowShape, row(index));
    }
}
