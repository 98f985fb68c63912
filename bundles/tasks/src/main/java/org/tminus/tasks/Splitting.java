/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.tminus.learning.data.Split;

/** Splits rows by the hash of their groups. */
final class Splitting {
    private static final String MORE = "Give more data: a few hundred examples at the least, better thousands.";

    private Splitting() {}

    /**
     * Gives every group to one split; the order within a split is that of the hashes of the ids.
     *
     * @throws TaskDataException if a split would be empty, or no class of the trunk split would be in another
     */
    static <R extends Row> Map<Split, List<R>> of(List<R> rows, Shares shares, long seed) throws TaskDataException {
        SplitHash hash = new SplitHash(seed);
        Map<Split, List<R>> splits = new EnumMap<>(Split.class);
        for (Split split : Split.values()) {
            splits.put(split, new ArrayList<>());
        }
        Map<String, Long> order = new HashMap<>();
        for (R row : rows) {
            if (order.put(row.id(), hash.of("order " + row.id())) != null) {
                throw new IllegalArgumentException("Two examples are called " + row.id());
            }
            Objects.requireNonNull(splits.get(shares.of(hash.of(row.group())))).add(row);
        }
        Comparator<R> byHash = Comparator.comparingLong(row -> Objects.requireNonNull(order.get(row.id())));
        for (Map.Entry<Split, List<R>> split : splits.entrySet()) {
            if (split.getValue().isEmpty()) {
                throw new TaskDataException(
                        "Of " + rows.size() + " examples" + inGroups(rows) + " none falls into the " + split.getKey()
                                + " split (" + shares.percent(split.getKey()) + " %).",
                        MORE);
            }
            split.getValue().sort(byHash.thenComparing(Row::id));
        }
        Set<Integer> learned = classes(Objects.requireNonNull(splits.get(Split.TRUNK)));
        for (Map.Entry<Split, List<R>> split : splits.entrySet()) {
            Set<Integer> known = classes(split.getValue());
            known.retainAll(learned);
            if (known.isEmpty()) {
                throw new TaskDataException(
                        "No class of the " + split.getKey() + " split has an example to learn from.", MORE);
            }
        }
        return splits;
    }

    /** Whoever has thousands of examples must learn why they are too few. */
    private static String inGroups(List<? extends Row> rows) {
        long groups = rows.stream().map(Row::group).distinct().count();
        return groups == rows.size()
                ? ""
                : ", which are " + groups + (groups == 1 ? " group" : " groups")
                        + " of near-copies or of what belongs together, and no group is divided,";
    }

    private static Set<Integer> classes(List<? extends Row> rows) {
        Set<Integer> classes = new HashSet<>();
        for (Row row : rows) {
            classes.add(row.label());
        }
        return classes;
    }
}
