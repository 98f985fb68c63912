/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Joins what shares a key, and what is joined through others, into groups. */
final class Groups {
    private Groups() {}

    /**
     * Names the group of each row.
     *
     * @param keys per row the keys that join it with others
     * @return per row the smallest key of its group, so that order does not matter
     */
    static String[] names(List<List<String>> keys) {
        int[] parent = new int[keys.size()];
        Map<String, Integer> first = new HashMap<>();
        for (int row = 0; row < parent.length; row++) {
            parent[row] = row;
            for (String key : keys.get(row)) {
                Integer other = first.putIfAbsent(key, row);
                if (other != null) {
                    parent[root(parent, row)] = root(parent, other);
                }
            }
        }
        Map<Integer, String> smallest = new HashMap<>();
        for (int row = 0; row < parent.length; row++) {
            for (String key : keys.get(row)) {
                smallest.merge(root(parent, row), key, (a, b) -> a.compareTo(b) <= 0 ? a : b);
            }
        }
        String[] names = new String[parent.length];
        for (int row = 0; row < names.length; row++) {
            names[row] = smallest.getOrDefault(root(parent, row), "");
        }
        return names;
    }

    private static int root(int[] parent, int row) {
        int at = row;
        while (parent[at] != at) {
            parent[at] = parent[parent[at]];
            at = parent[at];
        }
        return at;
    }
}
