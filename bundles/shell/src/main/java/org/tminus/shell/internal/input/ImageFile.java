/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.shell.internal.input;

import java.awt.image.BufferedImage;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.zip.GZIPInputStream;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import org.tminus.model.RawInput;
import org.tminus.shell.internal.report.CommandFailure;

/**
 * Reads one image: IDX (as MNIST has it, plain or gzipped), PGM and PPM (P2, P3, P5, P6), and what Java's ImageIO knows,
 * such as PNG and JPEG.
 */
public final class ImageFile {
    private static final int LARGEST_SIDE = 16_384;
    private static final long MOST_PIXELS = 1L << 25;

    private ImageFile() {}

    /**
     * @param index which image of an IDX file, from 0
     * @param channels how many channels the model takes: 1 or 3; 0 for those of the file
     * @throws CommandFailure if the file is missing, damaged, or of an unknown kind
     */
    public static RawInput read(Path file, int index, int channels) throws CommandFailure {
        if (!Files.isRegularFile(file)) {
            throw new CommandFailure(
                    "There is no file " + file.toAbsolutePath() + ".",
                    "Check the path; relative ones start at the container's folder.");
        }
        try {
            Pixels pixels = readPixels(file, index);
            return pixels.toChannels(channels);
        } catch (EOFException e) {
            throw new CommandFailure("The image file " + file + " ends too early.", "Check the file.", e);
        } catch (IOException e) {
            throw new CommandFailure(
                    "The image file " + file + " cannot be read: " + e.getMessage() + ".",
                    "Give an IDX, PGM, PPM, PNG or JPEG file.",
                    e);
        }
    }

    private static Pixels readPixels(Path file, int index) throws IOException {
        try (InputStream raw = new BufferedInputStream(Files.newInputStream(file))) {
            raw.mark(2);
            int first = raw.read();
            int second = raw.read();
            raw.reset();
            if (first == 0x1F && second == 0x8B) {
                return readIdx(new DataInputStream(new BufferedInputStream(new GZIPInputStream(raw))), index);
            }
            if (first == 0 && second == 0) {
                return readIdx(new DataInputStream(raw), index);
            }
            if (index != 0) {
                throw new IOException("it holds one image, so there is no image " + index);
            }
            if (first == 'P' && second >= '2' && second <= '6' && second != '4') {
                return new NetPbm(raw).read();
            }
            return Pixels.of(decode(raw));
        }
    }

    /** The size is checked before memory is taken for it: a few bytes can claim an image of gigabytes. */
    private static BufferedImage decode(InputStream raw) throws IOException {
        try (ImageInputStream in = ImageIO.createImageInputStream(raw)) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
            if (!readers.hasNext()) {
                throw new IOException("its kind is not known");
            }
            ImageReader reader = readers.next();
            try {
                reader.setInput(in, true, true);
                checkArea(side(reader.getWidth(0)), side(reader.getHeight(0)));
                return reader.read(0);
            } finally {
                reader.dispose();
            }
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new IOException("it is damaged: " + e.getMessage(), e);
        }
    }

    /** IDX with unsigned bytes: [images, rows, columns], or with a last dimension of channels. */
    private static Pixels readIdx(DataInputStream in, int index) throws IOException {
        int magic = in.readInt();
        int rank = magic & 0xFF;
        if (magic >>> 8 != 0x08 || rank < 3 || rank > 4) {
            throw new IOException("it is no IDX file of images");
        }
        int images = in.readInt();
        int height = side(in.readInt());
        int width = side(in.readInt());
        int channels = rank == 4 ? in.readInt() : 1;
        if (channels != 1 && channels != 3) {
            throw new IOException("its images have " + channels + " channels");
        }
        if (index < 0 || index >= images) {
            throw new IOException("it has " + images + " images, so there is no image " + index);
        }
        checkArea(width, height);
        int size = Math.multiplyExact(Math.multiplyExact(width, height), channels);
        in.skipNBytes((long) index * size);
        byte[] pixels = in.readNBytes(size);
        if (pixels.length < size) {
            throw new EOFException();
        }
        return new Pixels(width, height, channels, pixels);
    }

    static int side(int pixels) throws IOException {
        if (pixels <= 0 || pixels > LARGEST_SIDE) {
            throw new IOException("it claims an image side of " + pixels + " pixels");
        }
        return pixels;
    }

    static void checkArea(int width, int height) throws IOException {
        long pixels = (long) width * height;
        if (pixels > MOST_PIXELS) {
            throw new IOException("it claims " + pixels + " pixels, the limit is " + MOST_PIXELS);
        }
    }
}
