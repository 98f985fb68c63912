/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks;

import org.tminus.learning.data.Display;
import org.tminus.learning.data.Examples;

/** Examples made from pictures, which can be made again from changed ones. */
public interface PictureExamples extends Examples {
    /** Changes a picture; the same id and picture give the same answer. Safe for several threads. */
    @FunctionalInterface
    interface Change {
        /**
         * @param id of the example, to draw chance from
         * @return another picture of the same size and channels
         */
        Display.Picture apply(String id, Display.Picture picture);
    }

    /** The picture before preprocessing; its bytes are not to be written to. */
    Display.Picture picture(int row);

    /** The same examples, ids and labels with other pictures, which are made when they are asked for. */
    PictureExamples withPictures(Change change);
}
