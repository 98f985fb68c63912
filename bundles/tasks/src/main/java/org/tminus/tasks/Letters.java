/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks;

import java.util.List;

/** The letters A to N as bitmaps of 5 x 7 cells. */
final class Letters {
    static final int WIDTH = 5;
    static final int HEIGHT = 7;

    private static final List<String> CELLS = List.of(
            ".###. #...# #...# ##### #...# #...# #...#",
            "####. #...# #...# ####. #...# #...# ####.",
            ".###. #...# #.... #.... #.... #...# .###.",
            "####. #...# #...# #...# #...# #...# ####.",
            "##### #.... #.... ####. #.... #.... #####",
            "##### #.... #.... ####. #.... #.... #....",
            ".###. #...# #.... #.### #...# #...# .###.",
            "#...# #...# #...# ##### #...# #...# #...#",
            ".###. ..#.. ..#.. ..#.. ..#.. ..#.. .###.",
            "..### ...#. ...#. ...#. ...#. #..#. .##..",
            "#...# #..#. #.#.. ##... #.#.. #..#. #...#",
            "#.... #.... #.... #.... #.... #.... #####",
            "#...# ##.## #.#.# #.#.# #...# #...# #...#",
            "#...# ##..# #.#.# #..## #...# #...# #...#");

    private Letters() {}

    /** How many letters there are. */
    static int count() {
        return CELLS.size();
    }

    /** The name of a letter. */
    static String name(int letter) {
        return String.valueOf((char) ('A' + letter));
    }

    /**
     * How much of a pixel a letter covers if it is stretched to a size; 0 to 1.
     *
     * @param x the pixel's left side, 0 where the letter begins
     * @param y the pixel's upper side, 0 where the letter begins
     */
    static double ink(int letter, double x, double y, int width, int height) {
        double left = x * WIDTH / width;
        double right = (x + 1) * WIDTH / width;
        double top = y * HEIGHT / height;
        double bottom = (y + 1) * HEIGHT / height;
        double covered = 0;
        for (int row = 0; row < HEIGHT; row++) {
            for (int column = 0; column < WIDTH; column++) {
                if (CELLS.get(letter).charAt(row * (WIDTH + 1) + column) == '#') {
                    covered += overlap(column, left, right) * overlap(row, top, bottom);
                }
            }
        }
        return covered / ((right - left) * (bottom - top));
    }

    private static double overlap(int cell, double from, double to) {
        return Math.max(0, Math.min(cell + 1, to) - Math.max(cell, from));
    }
}
