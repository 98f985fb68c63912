/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks;

import java.util.SplittableRandom;
import org.tminus.learning.data.Display;

/**
 * Paints the inputs of {@link Signposts}, light on dark. Chance (brightness, contrast, where a tile's content stands, grain)
 * is drawn from the code of the input, so the same input is the same picture. Immutable.
 */
final class SignpostPainter {
    static final int TILE = 14;
    static final int COLUMNS = 5;
    static final int ROWS = 3;
    static final int WIDTH = COLUMNS * TILE;
    static final int HEIGHT = ROWS * TILE;

    /** Places that a node's letter can have: 0 or half a pixel to the right, 0 or half a pixel down. */
    private static final int PLACES = 4;

    private static final int LETTER_LEFT = 2;
    private static final int LETTER_WIDTH = 10;
    private static final int NODE_TOP = 1;
    private static final int NODE_HEIGHT = 12;
    /** The letter of the question fills the upper half; below it are the bars. */
    private static final int START_HEIGHT = 7;

    private static final int BARS_TOP = 9;
    private static final int BARS_BOTTOM = 13;
    /** Three in the left half, three in the right. */
    private static final int[] BARS = {1, 3, 5, 8, 10, 12};

    private static final int DARKEST = 32;
    private static final int LEAST_CONTRAST = 112;
    private static final int VARIATION_BITS = 5;
    private static final int VARIATION = (1 << VARIATION_BITS) - 1;

    /** Places where a row of grain can begin: so many that none becomes familiar. */
    private static final int GRAIN_STARTS = 1 << 16;

    private static final long GRAIN_SEED = 1;

    private final Rings rings;
    /** Ink from 0 to 255 per pixel: [letter * PLACES + place]. */
    private final byte[][] nodes;
    /** [query]. */
    private final byte[][] questions;
    /** Drawn once, since drawing costs more than all the rest; pictures take pieces of it. */
    private final byte[] grain = grain();

    SignpostPainter(Rings rings) {
        this.rings = rings;
        nodes = new byte[rings.nodes() * PLACES][];
        for (int i = 0; i < nodes.length; i++) {
            nodes[i] = node(i / PLACES, i % 2, i / 2 % 2);
        }
        questions = new byte[rings.nodes() * rings.maxHops()][];
        for (int i = 0; i < questions.length; i++) {
            questions[i] = question(i / rings.maxHops(), i % rings.maxHops() + 1);
        }
    }

    private static byte[] node(int letter, int right, int down) {
        return letter(letter, LETTER_LEFT + right / 2.0, NODE_TOP + down / 2.0, NODE_HEIGHT);
    }

    private static byte[] question(int start, int hops) {
        byte[] tile = letter(start, LETTER_LEFT, 0, START_HEIGHT);
        for (int bar = 0; bar < hops; bar++) {
            for (int y = BARS_TOP; y < BARS_BOTTOM; y++) {
                tile[y * TILE + BARS[bar]] = (byte) 255;
            }
        }
        return tile;
    }

    private static byte[] letter(int letter, double left, double top, int height) {
        byte[] tile = new byte[TILE * TILE];
        for (int y = 0; y < TILE; y++) {
            for (int x = 0; x < TILE; x++) {
                double ink = Letters.ink(letter, x - left, y - top, LETTER_WIDTH, height);
                tile[y * TILE + x] = (byte) Math.round(255 * ink);
            }
        }
        return tile;
    }

    /** The picture of an input. */
    Display.Picture paint(long code) {
        SplittableRandom random = new SplittableRandom(code);
        long chance = random.nextLong();
        byte[] pixels = new byte[WIDTH * HEIGHT];
        copy(questions[rings.query(code)], pixels, 0);
        for (int node = 0; node < rings.nodes(); node++) {
            copy(nodes[rings.next(code, node) * PLACES + (int) (chance & (PLACES - 1))], pixels, node + 1);
            chance >>>= 2;
        }
        int dark = DARKEST + (int) (chance & VARIATION);
        int contrast = LEAST_CONTRAST + (int) ((chance >>> VARIATION_BITS) & VARIATION);
        develop(pixels, dark, contrast, random);
        return new Display.Picture(WIDTH, HEIGHT, 1, pixels);
    }

    private static void copy(byte[] tile, byte[] pixels, int place) {
        int start = place / COLUMNS * TILE * WIDTH + place % COLUMNS * TILE;
        for (int y = 0; y < TILE; y++) {
            System.arraycopy(tile, y * TILE, pixels, start + y * WIDTH, TILE);
        }
    }

    /** Turns ink into grey, with a piece of the grain for each row. Nothing can leave 0 to 255. */
    private void develop(byte[] pixels, int dark, int contrast, SplittableRandom random) {
        byte[] greys = new byte[256];
        for (int ink = 0; ink < greys.length; ink++) {
            greys[ink] = (byte) (dark + ink * contrast / 255);
        }
        for (int start = 0; start < pixels.length; start += WIDTH) {
            int from = random.nextInt(GRAIN_STARTS);
            for (int x = 0; x < WIDTH; x++) {
                pixels[start + x] = (byte) (greys[pixels[start + x] & 0xff] + grain[from + x]);
            }
        }
    }

    /** The sums of two random bytes, an eighth of it: a triangular distribution with a deviation of 13 grey levels. */
    private static byte[] grain() {
        SplittableRandom random = new SplittableRandom(GRAIN_SEED);
        byte[] grain = new byte[GRAIN_STARTS + WIDTH];
        for (int i = 0; i < grain.length; i++) {
            grain[i] = (byte) ((random.nextInt(256) + random.nextInt(256) - 255) >> 3);
        }
        return grain;
    }
}
