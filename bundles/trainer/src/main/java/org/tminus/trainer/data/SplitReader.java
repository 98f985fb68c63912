/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.data;

import org.tminus.learning.data.Split;

/** Read-only view of the images of one split; immutable, safe for several threads. */
public final class SplitReader {
    private final ImageSet images;
    private final int[] indices;
    private final String[] groups;
    private final Split split;

    /**
     * @param indices of the images of the split
     * @param groups by index the name of its group
     */
    SplitReader(ImageSet images, int[] indices, String[] groups, Split split) {
        this.images = images;
        this.indices = indices;
        this.groups = groups;
        this.split = split;
    }

    /** The split that this reader reads. */
    public Split split() {
        return split;
    }

    /** The number of images. */
    public int size() {
        return indices.length;
    }

    /** Image width in pixels. */
    public int width() {
        return images.width();
    }

    /** Image height in pixels. */
    public int height() {
        return images.height();
    }

    /** The identity of an image in the whole data set, for example {@code train/17}. */
    public String id(int row) {
        return images.name() + "/" + indices[row];
    }

    /** The name that an image shares with its near-copies. */
    public String group(int row) {
        return groups[indices[row]];
    }

    /** The class of an image. */
    public int label(int row) {
        return images.label(indices[row]);
    }

    /** Copies the grey values (0 to 255 as unsigned bytes, row by row) of an image to {@code target}. */
    public void copyPixels(int row, byte[] target, int offset) {
        images.copyPixels(indices[row], target, offset);
    }

    /** The first rows alone. */
    public SplitReader first(int rows) {
        return new SplitReader(images, java.util.Arrays.copyOf(indices, rows), groups, split);
    }
}
