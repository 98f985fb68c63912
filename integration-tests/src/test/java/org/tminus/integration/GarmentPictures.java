/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.integration;

import static java.util.Objects.requireNonNull;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.tminus.model.RawInput;

/** Pictures of the kind that the reference model was made for: the test images of this repository. */
final class GarmentPictures {
    private static final int SIDE = 28;

    private GarmentPictures() {}

    /** The first of them as they are, row-major bytes. */
    static List<byte[]> first(int count) throws IOException {
        Path file = Path.of(requireNonNull(System.getProperty("tminus.models")))
                .resolve("data/fashion-mnist/t10k-images-idx3-ubyte.gz");
        List<byte[]> pictures = new ArrayList<>();
        try (DataInputStream in = new DataInputStream(new GZIPInputStream(Files.newInputStream(file)))) {
            in.skipNBytes(4L * Integer.BYTES);
            for (int picture = 0; picture < count; picture++) {
                pictures.add(in.readNBytes(SIDE * SIDE));
            }
        }
        return pictures;
    }

    /** The same picture with half the contrast: as a camera in fog sees it. */
    static byte[] inFog(byte[] picture) {
        byte[] changed = new byte[picture.length];
        for (int index = 0; index < picture.length; index++) {
            changed[index] = (byte) (64 + (picture[index] & 0xff) / 2);
        }
        return changed;
    }

    static RawInput input(byte[] picture) {
        return RawInput.image(SIDE, SIDE, 1, picture);
    }
}
