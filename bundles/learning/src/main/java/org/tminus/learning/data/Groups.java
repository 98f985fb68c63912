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
     * One example of every group, so that they are independent: that of the least SHA-256 of its id, which nobody can choose.
     *
     * @return rows, ascending; a copy
     */
    public int[] oneEach() {
        return oneEach.clone();
    }
}
