/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.shell.internal.input;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/** Reads the grey and colour maps of Netpbm: P2 and P3 as text, P5 and P6 as bytes. Not thread-safe. */
final class NetPbm {
    private final InputStream in;

    NetPbm(InputStream in) {
        this.in = in;
    }

    Pixels read() throws IOException {
        in.read();
        int kind = in.read() - '0';
        int channels = kind == 2 || kind == 5 ? 1 : 3;
        int width = ImageFile.side(number());
        int height = ImageFile.side(number());
        ImageFile.checkArea(width, height);
        int maximum = number();
        if (maximum < 1 || maximum > 255) {
            throw new IOException("its largest value is " + maximum + ", not 1 to 255");
        }
        int size = Math.multiplyExact(Math.multiplyExact(width, height), channels);
        byte[] pixels = kind >= 5 ? in.readNBytes(size) : text(size);
        if (pixels.length < size) {
            throw new EOFException();
        }
        for (int index = 0; index < size; index++) {
            pixels[index] = (byte) Math.min(255, (pixels[index] & 0xFF) * 255 / maximum);
        }
        return new Pixels(width, height, channels, pixels);
    }

    private byte[] text(int size) throws IOException {
        byte[] pixels = new byte[size];
        for (int index = 0; index < size; index++) {
            pixels[index] = (byte) Math.min(255, number());
        }
        return pixels;
    }

    /** The next number; takes the one white space behind it, and skips comments before it. */
    private int number() throws IOException {
        int next = in.read();
        while (next == '#' || Character.isWhitespace(next)) {
            if (next == '#') {
                while (next != '\n' && next >= 0) {
                    next = in.read();
                }
            }
            next = in.read();
        }
        if (next < 0) {
            throw new EOFException();
        }
        int number = 0;
        while (next >= '0' && next <= '9') {
            number = number * 10 + next - '0';
            if (number > 1 << 20) {
                throw new IOException("a number in it is too large");
            }
            next = in.read();
        }
        if (next >= 0 && !Character.isWhitespace(next)) {
            throw new IOException("there is a '" + (char) next + "' where a number should be");
        }
        return number;
    }
}
