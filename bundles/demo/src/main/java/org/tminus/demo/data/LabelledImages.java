/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.demo.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.tminus.model.RawInput;

/** Grey images of one size and what they show. Immutable. */
public final class LabelledImages {
    private static final String IMAGES = "t10k-images-idx3-ubyte";
    private static final String LABELS = "t10k-labels-idx1-ubyte";

    private final IdxFile images;
    private final IdxFile labels;

    private LabelledImages(IdxFile images, IdxFile labels) {
        this.images = images;
        this.labels = labels;
    }

    /**
     * Reads the test images of a data set in the form of MNIST, compressed or not.
     *
     * @throws IOException if a file is missing or damaged, or they do not belong together
     */
    public static LabelledImages read(Path folder) throws IOException {
        IdxFile images = IdxFile.read(find(folder, IMAGES), 3);
        IdxFile labels = IdxFile.read(find(folder, LABELS), 1);
        if (images.count() != labels.count()) {
            throw new IOException(
                    "The folder " + folder + " has " + images.count() + " images, but " + labels.count() + " labels");
        }
        return new LabelledImages(images, labels);
    }

    private static Path find(Path folder, String name) throws IOException {
        for (String candidate : List.of(name + ".gz", name)) {
            if (Files.isRegularFile(folder.resolve(candidate))) {
                return folder.resolve(candidate);
            }
        }
        throw new IOException("The folder " + folder + " has no file " + name + ".gz");
    }

    public int count() {
        return images.count();
    }

    /** Which class an image belongs to, from 0. */
    public int label(int index) {
        return labels.item(index)[0] & 0xff;
    }

    public RawInput image(int index) {
        return RawInput.image(images.dimension(2), images.dimension(1), 1, images.item(index));
    }
}
