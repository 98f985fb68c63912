/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm.leak;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * How many there are of each kind of something that has names: threads, open files, temporary files. What is replaced has another number in
 * its name, so names that differ in numbers alone are of one kind. Immutable.
 */
public record Census(Map<String, Integer> counts) {
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{16,}");
    private static final Pattern NUMBER = Pattern.compile("\\d+");

    public Census {
        counts = Map.copyOf(counts);
    }

    public static Census of(Stream<String> names) {
        Map<String, Integer> counts = new TreeMap<>();
        names.map(Census::kind).forEach(kind -> counts.merge(kind, 1, Integer::sum));
        return new Census(counts);
    }

    private static String kind(String name) {
        return NUMBER.matcher(HASH.matcher(name).replaceAll("#")).replaceAll("#");
    }

    /** What there is here beyond what there was there. */
    public Census beyond(Census before) {
        Map<String, Integer> more = new TreeMap<>();
        counts.forEach((kind, count) -> {
            int excess = count - before.counts().getOrDefault(kind, 0);
            if (excess > 0) {
                more.put(kind, excess);
            }
        });
        return new Census(more);
    }

    /** All together. */
    public int total() {
        return counts.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** For people: each kind with its count. */
    @Override
    public String toString() {
        return new TreeMap<>(counts).toString();
    }
}
