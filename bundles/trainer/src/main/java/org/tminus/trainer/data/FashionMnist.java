/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.data;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * Fashion-MNIST in its published form: four files in the idx format, gzipped or not.
 *
 * @param train the 60,000 images that are split into trunk, decision and calibration
 * @param test the 10,000 test images
 */
public record FashionMnist(ImageSet train, ImageSet test) {
    /** Where the Debian package {@code dataset-fashion-mnist} puts the files. */
    public static final Path DEBIAN_FOLDER = Path.of("/usr/share/datasets/fashion-mnist");
    /** The classes, in the order of their numbers. */
    public static final List<String> LABELS = List.of(
            "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot");

    private static final int IMAGES_MAGIC = 0x803;
    private static final int LABELS_MAGIC = 0x801;
    private static final int MAX_IMAGES = 1_000_000;

    /**
     * Reads the four files from a folder.
     *
     * @throws NoSuchFileException if a file is missing; the message says which, and where to get the data
     * @throws IOException if a file cannot be read or is no idx file
     */
    public static FashionMnist load(Path folder) throws IOException {
        return new FashionMnist(read(folder, "train", "train"), read(folder, "t10k", "test"));
    }

    private static ImageSet read(Path folder, String prefix, String name) throws IOException {
        byte[] labels;
        try (DataInputStream in = open(folder, prefix + "-labels-idx1-ubyte")) {
            int count = header(in, LABELS_MAGIC, folder, prefix);
            labels = in.readNBytes(count);
            if (labels.length != count) {
                throw new IOException("the labels file of " + prefix + " in " + folder + " ends early");
            }
        }
        try (DataInputStream in = open(folder, prefix + "-images-idx3-ubyte")) {
            int count = header(in, IMAGES_MAGIC, folder, prefix);
            int height = in.readInt();
            int width = in.readInt();
            if (count != labels.length || width < 1 || height < 1 || width > 1024 || height > 1024) {
                throw new IOException("the images file of " + prefix + " in " + folder + " has " + count + " images of "
                        + width + "x" + height + ", the labels file " + labels.length + " labels");
            }
            int bytes = Math.multiplyExact(count, width * height);
            byte[] pixels = in.readNBytes(bytes);
            if (pixels.length != bytes) {
                throw new IOException("the images file of " + prefix + " in " + folder + " ends early");
            }
            return new ImageSet(name, width, height, pixels, labels);
        }
    }

    private static int header(DataInputStream in, int magic, Path folder, String prefix) throws IOException {
        int found = in.readInt();
        int count = in.readInt();
        if (found != magic || count < 0 || count > MAX_IMAGES) {
            throw new IOException("a file of " + prefix + " in " + folder + " is no idx file of Fashion-MNIST (magic "
                    + Integer.toHexString(found) + ", count " + count + ")");
        }
        return count;
    }

    private static DataInputStream open(Path folder, String name) throws IOException {
        Path zipped = folder.resolve(name + ".gz");
        if (Files.isRegularFile(zipped)) {
            InputStream file = Files.newInputStream(zipped);
            try {
                return new DataInputStream(new BufferedInputStream(new GZIPInputStream(file, 1 << 16), 1 << 16));
            } catch (IOException e) {
                file.close();
                throw e;
            }
        }
        Path plain = folder.resolve(name);
        if (Files.isRegularFile(plain)) {
            return new DataInputStream(new BufferedInputStream(Files.newInputStream(plain), 1 << 16));
        }
        throw new NoSuchFileException(
                zipped.toString(),
                null,
                "Fashion-MNIST is not in this folder. Install the Debian package dataset-fashion-mnist (it puts the files "
                        + "into " + DEBIAN_FOLDER + "), or give a folder with train-images-idx3-ubyte.gz, "
                        + "train-labels-idx1-ubyte.gz, t10k-images-idx3-ubyte.gz and t10k-labels-idx1-ubyte.gz");
    }
}
