/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.data;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Which examples belong together and hence are not independent, by {@link Examples#group}. Immutable. */
public final class Groups {
    private final int[] ofRow;
    private final int[] oneEach;

    private Groups(int[] ofRow, int[] oneEach) {
        this.ofRow = ofRow;
        this.oneEach = oneEach;
    }

    public static Groups of(Examples examples) {
        Map<String, Integer> numbers = new LinkedHashMap<>();
        int[] ofRow = new int[examples.size()];
        int[] chosen = new int[ofRow.length];
        byte[][] least = new byte[ofRow.length][];
        for (int row = 0; row < ofRow.length; row++) {
            int next = numbers.size();
            int group = numbers.computeIfAbsent(examples.group(row), unseen -> next);
            ofRow[row] = group;
            byte[] hash = sha256(examples.id(row));
            if (group == next || Arrays.compareUnsigned(hash, least[group]) < 0) {
                least[group] = hash;
                chosen[group] = row;
            }
        }
        int[] oneEach = Arrays.copyOf(chosen, numbers.size());
        Arrays.sort(oneEach);
        return new Groups(ofRow, oneEach);
    }

    /** As many examples, each of which stands for itself. */
    public static Groups single(int rows) {
        int[] each = IntStream.range(0, rows).toArray();
        return new Groups(each, each);
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }

    /** How many examples there are. */
    public int rows() {
        return ofRow.length;
    }

    /** How many groups there are. */
    public int count() {
        return oneEach.length;
    }

    /** Whether every example stands for itself. */
    public boolean areSingle() {
        return count() == rows();
    }

    /** The number of an example's group, from 0. */
    public int of(int row) {
        return ofRow[row];
    }

    /**
     * Parts the examples for cross-validation: about as many groups in each fold, by chance, none of them divided.
     *
     * @param count of folds, at least 1
     * @return per row its fold, from 0
     */
    public int[] folds(int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int[] ofGroup = new int[count()];
        for (int group = 0; group < ofGroup.length; group++) {
            int other = random.nextInt(group + 1);
            ofGroup[group] = ofGroup[other];
            ofGroup[other] = group % count;
        }
        return Arrays.stream(ofRow).map(group -> ofGroup[group]).toArray();
    }

    /**
     * Parts the examples into those to learn from and those to choose by, by chance, no group divided; always the same.
     *
     * @param heldOutShare between 0 and 1; a last group may exceed it
     * @return rows to learn from, and rows held out; both ascending
     */
    public int[][] heldOut(double heldOutShare) {
        int[] order = IntStream.range(0, count()).toArray();
        SplittableRandom random = new SplittableRandom(rows());
        for (int i = order.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int kept = order[i];
            order[i] = order[j];
            order[j] = kept;
        }
        int[] size = new int[count()];
        for (int group : ofRow) {
            size[group]++;
        }
        long wanted = Math.max(1, Math.round(rows() * heldOutShare));
        boolean[] held = new boolean[count()];
        for (int i = 0, taken = 0; i < order.length && taken < wanted; i++) {
            held[order[i]] = true;
            taken += size[order[i]];
        }
        return new int[][] {rowsWhere(held, false), rowsWhere(held, true)};
    }

    private int[] rowsWhere(boolean[] ofGroup, boolean wanted) {
        return IntStream.range(0, rows())
                .filter(row -> ofGroup[ofRow[row]] == wanted)
                .toArray();
    }

    /**
     * One example of every group, so that they are independent: that of the least SHA-256 of its id, which nobody can choose.
     *
     * @return rows, ascending; a copy
     */
    public int[] oneEach() {
        return oneEach.clone();
    }
}
