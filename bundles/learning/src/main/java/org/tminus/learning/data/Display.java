/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.data;

/** How an example is shown to people. */
public sealed interface Display {
    /** @param text what was written */
    record Text(String text) implements Display {}

    /**
     * @param width in pixels
     * @param height in pixels
     * @param channels 1 (grey) or 3 (red, green, blue)
     * @param pixels unsigned bytes, row by row, channels interleaved; not copied
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    record Picture(int width, int height, int channels, byte[] pixels) implements Display {}
}
