/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.graph;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32;

/**
 * Everything that the training loop carries from one step to the next. Random numbers are drawn from the seed and the number
 * of the step, so their state is the step itself. Not safe for several threads.
 */
final class TrainingState {
    private static final int MAGIC = 0x54_4d_47_53;
    private static final int VERSION = 1;
    private static final int BUFFER = 1 << 20;

    final float[] weights;
    final float[] first;
    final float[] second;
    final float[] bestWeights;
    double[] bestAccuracy = new double[0];
    int bestEpoch = -1;
    long step;

    TrainingState(float[] weights) {
        this(weights, new float[weights.length], new float[weights.length], weights.clone());
    }

    private TrainingState(float[] weights, float[] first, float[] second, float[] bestWeights) {
        this.weights = weights;
        this.first = first;
        this.second = second;
        this.bestWeights = bestWeights;
    }

    /** Writes beside the target, forces it to disk and moves it into place, so that a crash leaves the old or the new. */
    void write(Path file, String fingerprint) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        byte[] name = fingerprint.getBytes(StandardCharsets.UTF_8);
        ByteBuffer head = ByteBuffer.allocate(64 + name.length + 8 * bestAccuracy.length);
        head.putInt(MAGIC).putInt(VERSION).putInt(name.length).put(name).putLong(step);
        head.putInt(bestEpoch).putInt(bestAccuracy.length);
        for (double accuracy : bestAccuracy) {
            head.putDouble(accuracy);
        }
        head.putInt(weights.length).flip();
        CRC32 crc = new CRC32();
        try (FileChannel channel = FileChannel.open(
                fresh, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            put(channel, head, crc);
            ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
            for (float[] array : new float[][] {weights, first, second, bestWeights}) {
                for (int from = 0; from < array.length; from += BUFFER / Float.BYTES) {
                    int count = Math.min(BUFFER / Float.BYTES, array.length - from);
                    buffer.clear();
                    buffer.asFloatBuffer().put(array, from, count);
                    buffer.limit(count * Float.BYTES);
                    put(channel, buffer, crc);
                }
            }
            ByteBuffer sum =
                    ByteBuffer.allocate(Long.BYTES).putLong(crc.getValue()).flip();
            while (sum.hasRemaining()) {
                channel.write(sum);
            }
            channel.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void put(FileChannel channel, ByteBuffer bytes, CRC32 crc) throws IOException {
        crc.update(bytes.duplicate());
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /**
     * Reads a checkpoint.
     *
     * @throws IOException if the file is damaged, or was written by a run with other options or data
     */
    static TrainingState read(Path file, String fingerprint, int size) throws IOException {
        CRC32 crc = new CRC32();
        try (FileChannel channel = FileChannel.open(file)) {
            ByteBuffer start = get(channel, 12, crc, file);
            if (start.getInt() != MAGIC || start.getInt() != VERSION) {
                throw new IOException(file + " is no checkpoint of this trainer");
            }
            int length = start.getInt();
            if (length < 0 || length > 1 << 20) {
                throw damaged(file, "it has numbers that cannot be");
            }
            String found = StandardCharsets.UTF_8
                    .decode(get(channel, length, crc, file))
                    .toString();
            if (!found.equals(fingerprint)) {
                throw new IOException(
                        file + " belongs to a run with other options or data; resume with the same, or start"
                                + " in another folder. There: " + found + ". Here: " + fingerprint);
            }
            ByteBuffer numbers = get(channel, 16, crc, file);
            long step = numbers.getLong();
            int bestEpoch = numbers.getInt();
            int exits = numbers.getInt();
            if (exits < 0 || exits > 1 << 16) {
                throw damaged(file, "it has numbers that cannot be");
            }
            double[] accuracy = new double[exits];
            get(channel, 8 * exits, crc, file).asDoubleBuffer().get(accuracy);
            if (get(channel, 4, crc, file).getInt() != size) {
                throw new IOException(file + " holds a model of another size");
            }
            float[][] arrays = new float[4][size];
            for (float[] array : arrays) {
                for (int from = 0; from < size; from += BUFFER / Float.BYTES) {
                    int count = Math.min(BUFFER / Float.BYTES, size - from);
                    get(channel, count * Float.BYTES, crc, file).asFloatBuffer().get(array, from, count);
                }
            }
            long expected = crc.getValue();
            if (get(channel, Long.BYTES, new CRC32(), file).getLong() != expected) {
                throw damaged(file, "its checksum does not fit");
            }
            TrainingState state = new TrainingState(arrays[0], arrays[1], arrays[2], arrays[3]);
            state.step = step;
            state.bestAccuracy = accuracy;
            state.bestEpoch = bestEpoch;
            return state;
        }
    }

    private static IOException damaged(Path file, String how) {
        return new IOException(
                file + " is damaged: " + how + ". Put a copy of it back, or delete it: then the training begins anew.");
    }

    private static ByteBuffer get(FileChannel channel, int count, CRC32 crc, Path file) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(count);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw damaged(file, "it ends too early");
            }
        }
        buffer.flip();
        crc.update(buffer.duplicate());
        return buffer;
    }
}
