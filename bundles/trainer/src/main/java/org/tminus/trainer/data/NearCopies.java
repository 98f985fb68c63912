/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.data;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/**
 * Finds groups of images that are nearly the same.
 *
 * <p>An image is reduced to the mean grey of a coarse grid, quantised. Two images with the same reduced image belong
 * together. Because values beside a quantisation border would separate twins, this is done with two grids of borders, and
 * groups that share an image are joined.
 */
final class NearCopies {
    private static final int CELLS = 7;
    private static final int LEVEL_WIDTH = 32;

    private NearCopies() {}

    /** Returns for each image (all sets, one after the other) the number of the first image of its group. */
    static int[] groups(ImageSet... sets) {
        int total = 0;
        for (ImageSet set : sets) {
            total += set.size();
        }
        int[] parent = new int[total];
        for (int i = 0; i < total; i++) {
            parent[i] = i;
        }
        for (int border : new int[] {0, LEVEL_WIDTH / 2}) {
            Map<ByteBuffer, Integer> first = new HashMap<>();
            int image = 0;
            for (ImageSet set : sets) {
                for (int i = 0; i < set.size(); i++, image++) {
                    Integer other = first.putIfAbsent(ByteBuffer.wrap(reduce(set, i, border)), image);
                    if (other != null) {
                        join(parent, other, image);
                    }
                }
            }
        }
        int[] groups = new int[total];
        for (int i = 0; i < total; i++) {
            groups[i] = find(parent, i);
        }
        return groups;
    }

    private static byte[] reduce(ImageSet set, int index, int border) {
        byte[] cells = new byte[CELLS * CELLS];
        for (int cy = 0; cy < CELLS; cy++) {
            int y0 = cy * set.height() / CELLS;
            int y1 = Math.max(y0 + 1, (cy + 1) * set.height() / CELLS);
            for (int cx = 0; cx < CELLS; cx++) {
                int x0 = cx * set.width() / CELLS;
                int x1 = Math.max(x0 + 1, (cx + 1) * set.width() / CELLS);
                int sum = 0;
                for (int y = y0; y < y1; y++) {
                    for (int x = x0; x < x1; x++) {
                        sum += set.pixel(index, Math.min(x, set.width() - 1), Math.min(y, set.height() - 1));
                    }
                }
                int mean = sum / ((y1 - y0) * (x1 - x0));
                cells[cy * CELLS + cx] = (byte) ((mean + border) / LEVEL_WIDTH);
            }
        }
        return cells;
    }

    private static void join(int[] parent, int a, int b) {
        int rootA = find(parent, a);
        int rootB = find(parent, b);
        parent[Math.max(rootA, rootB)] = Math.min(rootA, rootB);
    }

    private static int find(int[] parent, int start) {
        int node = start;
        while (parent[node] != node) {
            parent[node] = parent[parent[node]];
            node = parent[node];
        }
        return node;
    }
}
