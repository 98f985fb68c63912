/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.tminus.learning.data.Display;

/**
 * Finds pictures that are nearly the same: recompressed, resized, a little brighter. Each is reduced to 16x16 grey values.
 * Candidates share one of four parts of a hash of where it gets brighter to the right; they count as copies if their
 * reduced pictures differ by less than 3 of 255 on average.
 */
final class PictureCopies {
    private static final int SIDE = 16;
    private static final int MOST_DIFFERENCE = 3 * SIDE * SIDE;
    /** A step that noise does not make. */
    private static final int STEP = 4;
    /** Bounds the comparisons where very many pictures share a part of the hash, as plain ones do. */
    private static final int MOST_COMPARED = 200;

    private final List<byte[]> reduced = new ArrayList<>();
    private final List<String> contents = new ArrayList<>();

    /** Adds the next picture with the hash of its content. */
    void add(Display.Picture picture, String content) {
        reduced.add(reduce(picture));
        contents.add(content);
    }

    /** Per picture, in the order in which they were added, the keys that join it with its copies. */
    List<List<String>> keys() {
        List<List<String>> keys = new ArrayList<>(reduced.size());
        Map<Long, List<Integer>> buckets = new HashMap<>();
        for (int picture = 0; picture < reduced.size(); picture++) {
            keys.add(new ArrayList<>(List.of("picture " + picture)));
        }
        // In the order of the contents, so that names and places of files decide nothing.
        List<Integer> order = IntStream.range(0, reduced.size())
                .boxed()
                .sorted(Comparator.comparing(contents::get))
                .toList();
        for (int picture : order) {
            List<String> own = keys.get(picture);
            long hash = hash(reduced.get(picture));
            for (int part = 0; part < 4; part++) {
                long bits = (long) part << 16 | (hash >>> (16 * part) & 0xffff);
                List<Integer> bucket = buckets.computeIfAbsent(bits, b -> new ArrayList<>());
                int compared = 0;
                for (int i = bucket.size() - 1; i >= 0 && compared < MOST_COMPARED; i--, compared++) {
                    if (isCopy(reduced.get(picture), reduced.get(bucket.get(i)))) {
                        own.add("picture " + bucket.get(i));
                    }
                }
                bucket.add(picture);
            }
        }
        return keys;
    }

    /** Means of areas; a pixel that lies in two cells counts for each by its share, so that size does not matter. */
    private static byte[] reduce(Display.Picture picture) {
        int width = picture.width();
        int height = picture.height();
        double[] sums = new double[SIDE * SIDE];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                double grey = 0;
                for (int channel = 0; channel < picture.channels(); channel++) {
                    grey += picture.pixels()[(y * width + x) * picture.channels() + channel] & 0xff;
                }
                spread(sums, grey / picture.channels(), x, y, width, height);
            }
        }
        byte[] cells = new byte[sums.length];
        for (int cell = 0; cell < cells.length; cell++) {
            cells[cell] = (byte) Math.min(255, Math.round(sums[cell]));
        }
        return cells;
    }

    private static void spread(double[] sums, double grey, int x, int y, int width, int height) {
        for (int line = y * SIDE / height; line < SIDE && line * height < (y + 1) * SIDE; line++) {
            for (int column = x * SIDE / width; column < SIDE && column * width < (x + 1) * SIDE; column++) {
                sums[line * SIDE + column] += grey * share(y, line, height) * share(x, column, width);
            }
        }
    }

    /** How much of a cell a pixel covers along one side, 0 to 1. */
    private static double share(int pixel, int cell, int pixels) {
        double scale = (double) SIDE / pixels;
        return Math.max(0, Math.min((pixel + 1) * scale, cell + 1) - Math.max(pixel * scale, cell));
    }

    /** 8x8 bits: whether a cell of twice the size is clearly brighter than the one to its left. */
    private static long hash(byte[] cells) {
        long hash = 0;
        for (int y = 0; y < SIDE; y += 2) {
            for (int x = 0; x < SIDE; x += 2) {
                int here = sum(cells, x, y);
                int next = x + 2 < SIDE ? sum(cells, x + 2, y) : sum(cells, 0, y);
                hash = hash << 1 | (next - here > 4 * STEP ? 1 : 0);
            }
        }
        return hash;
    }

    private static int sum(byte[] cells, int x, int y) {
        int at = y * SIDE + x;
        return (cells[at] & 0xff) + (cells[at + 1] & 0xff) + (cells[at + SIDE] & 0xff) + (cells[at + SIDE + 1] & 0xff);
    }

    private static boolean isCopy(byte[] first, byte[] second) {
        int difference = 0;
        for (int i = 0; i < first.length; i++) {
            difference += Math.abs((first[i] & 0xff) - (second[i] & 0xff));
        }
        return difference < MOST_DIFFERENCE;
    }
}
