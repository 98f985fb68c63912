/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks;

import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.IntUnaryOperator;
import org.tminus.learning.data.Display;
import org.tminus.tensor.HostTensor;

/** Examples out of pictures from anywhere. Immutable, and safe for several threads if what it is made of is. */
public final class PictureSet implements PictureExamples {
    private final int size;
    private final IntFunction<String> ids;
    private final IntFunction<String> groups;
    private final IntUnaryOperator labels;
    private final IntFunction<Display.Picture> pictures;
    private final PictureInput input;

    /** Pictures that have nothing to do with each other. */
    public PictureSet(
            int size,
            IntFunction<String> ids,
            IntUnaryOperator labels,
            IntFunction<Display.Picture> pictures,
            PictureInput input) {
        this(size, ids, ids, labels, pictures, input);
    }

    /**
     * @param ids per row a name
     * @param groups per row the name of what it belongs to, see {@link org.tminus.learning.data.Examples#group}
     * @param labels per row the class, -1 if nobody knows
     * @param pictures per row the picture, of any size and of as many channels as the input takes
     */
    public PictureSet(
            int size,
            IntFunction<String> ids,
            IntFunction<String> groups,
            IntUnaryOperator labels,
            IntFunction<Display.Picture> pictures,
            PictureInput input) {
        this.size = size;
        this.ids = ids;
        this.groups = groups;
        this.labels = labels;
        this.pictures = pictures;
        this.input = input;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public String id(int row) {
        return ids.apply(row);
    }

    @Override
    public String group(int row) {
        return groups.apply(row);
    }

    @Override
    public int label(int row) {
        return labels.applyAsInt(row);
    }

    @Override
    public int length(int row) {
        return 0;
    }

    @Override
    public Map<String, HostTensor> inputs(int[] rows) {
        return Map.of(input.name(), input.tensor(rows.length, i -> picture(rows[i])));
    }

    @Override
    public Display display(int row) {
        return picture(row);
    }

    @Override
    public Display.Picture picture(int row) {
        return pictures.apply(row);
    }

    @Override
    public PictureExamples withPictures(Change change) {
        return new PictureSet(size, ids, groups, labels, row -> change.apply(id(row), picture(row)), input);
    }
}
