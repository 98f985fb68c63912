/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.vit;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;

/**
 * Everything that the training loop carries from one step to the next. Random numbers are drawn from the seed and the number
 * of the step, so their state is the step itself. Not safe for several threads.
 */
final class TrunkState {
    private static final int MAGIC = 0x54_4d_49_4e;
    private static final int VERSION = 1;

    final float[] weights;
    final float[] first;
    final float[] second;
    final float[] bestWeights;
    long step;
    double bestAccuracy = -1;
    int bestEpoch = -1;

    TrunkState(float[] weights) {
        this(weights, new float[weights.length], new float[weights.length], weights.clone());
    }

    private TrunkState(float[] weights, float[] first, float[] second, float[] bestWeights) {
        this.weights = weights;
        this.first = first;
        this.second = second;
        this.bestWeights = bestWeights;
    }

    /** Writes beside the target, forces it to disk and moves it into place, so that a crash leaves the old or the new. */
    void write(Path file, String fingerprint) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        CRC32 crc = new CRC32();
        try (FileChannel channel = FileChannel.open(
                        fresh,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE);
                OutputStream raw = java.nio.channels.Channels.newOutputStream(channel);
                DataOutputStream out =
                        new DataOutputStream(new CheckedOutputStream(new BufferedOutputStream(raw, 1 << 16), crc))) {
            out.writeInt(MAGIC);
            out.writeInt(VERSION);
            out.writeUTF(fingerprint);
            out.writeLong(step);
            out.writeDouble(bestAccuracy);
            out.writeInt(bestEpoch);
            out.writeInt(weights.length);
            for (float[] array : new float[][] {weights, first, second, bestWeights}) {
                for (float value : array) {
                    out.writeFloat(value);
                }
            }
            out.writeLong(crc.getValue());
            out.flush();
            channel.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /**
     * Reads a checkpoint.
     *
     * @throws IOException if the file is damaged, or was written by a run with other options or data
     */
    static TrunkState read(Path file, String fingerprint, int size) throws IOException {
        CRC32 crc = new CRC32();
        try (DataInputStream in = new DataInputStream(
                new CheckedInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16), crc))) {
            if (in.readInt() != MAGIC || in.readInt() != VERSION) {
                throw new IOException(file + " is no checkpoint of this trainer");
            }
            String found = in.readUTF();
            if (!found.equals(fingerprint)) {
                throw new IOException(
                        file + " belongs to a run with other options or data; resume with the same, or start"
                                + " in another folder. There: " + found + ". Here: " + fingerprint);
            }
            long step = in.readLong();
            double bestAccuracy = in.readDouble();
            int bestEpoch = in.readInt();
            if (in.readInt() != size) {
                throw new IOException(file + " holds a model of another size");
            }
            float[][] arrays = new float[4][size];
            for (float[] array : arrays) {
                for (int i = 0; i < size; i++) {
                    array[i] = in.readFloat();
                }
            }
            long expected = crc.getValue();
            if (in.readLong() != expected) {
                throw new IOException(file + " is damaged: its checksum does not fit");
            }
            TrunkState state = new TrunkState(arrays[0], arrays[1], arrays[2], arrays[3]);
            state.step = step;
            state.bestAccuracy = bestAccuracy;
            state.bestEpoch = bestEpoch;
            return state;
        }
    }
}
