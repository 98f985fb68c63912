/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Finds examples whose numbers are nearly the same: every one differs by at most a thousandth of itself, or of what is usual in
 * its place (the median of its size). Integers must be equal.
 *
 * <p>Candidates stand near each other in one of a few orders, each by a sum of all numbers with signs by chance, so that no
 * edge between buckets separates copies. An example joins the first that it is a copy of, not copies of copies: where numbers
 * are dense, all would hang together otherwise.
 */
final class TensorCopies {
    /**
     * An example.
     *
     * @param hash of all of its numbers
     * @param integers names its integers
     * @param numbers as many as those of the others
     */
    record Numbers(String hash, String integers, FloatBuffer numbers) {}

    private static final double TOLERANCE = 1e-3;
    private static final int ORDERS = 3;
    /** How far two copies may be apart in an order, in tolerances of one number times the root of how many there are. */
    private static final double WINDOW = 4;
    /** Bounds the comparisons to each side where very many sums are alike. */
    private static final int MOST_COMPARED = 200;
    /** So many examples say what is usual. */
    private static final int MOST_MEASURED = 101;

    private final List<Numbers> examples;
    private final float[] usual;
    private final double[] lengths;

    private TensorCopies(List<Numbers> examples) {
        this.examples = examples;
        this.usual =
                new float[examples.isEmpty() ? 0 : examples.get(0).numbers().limit()];
        this.lengths = new double[examples.size()];
    }

    /** Per example the keys that join it with its copies; what is in a file decides them, not its order. */
    static List<List<String>> keys(List<Numbers> examples) {
        List<List<String>> keys = new ArrayList<>(examples.size());
        examples.forEach(each -> keys.add(new ArrayList<>(List.of("near " + each.hash()))));
        // In the order of the contents, so that places in the file decide nothing.
        int[] order = IntStream.range(0, examples.size())
                .boxed()
                .sorted(Comparator.comparing(i -> examples.get(i).hash()))
                .mapToInt(Integer::intValue)
                .toArray();
        TensorCopies copies =
                new TensorCopies(IntStream.of(order).mapToObj(examples::get).toList());
        int[] first = copies.first();
        for (int i = 0; i < first.length; i++) {
            keys.get(order[i]).add("near " + copies.examples.get(first[i]).hash());
        }
        return keys;
    }

    /** Per example the one that it is joined to; itself for most. */
    private int[] first() {
        measure();
        int[] first = new int[examples.size()];
        Arrays.fill(first, -1);
        List<Line> lines =
                IntStream.range(0, ORDERS).mapToObj(seed -> new Line(seed)).toList();
        for (int example = 0; example < first.length; example++) {
            if (first[example] < 0) {
                first[example] = example;
                for (Line line : lines) {
                    line.join(example, first);
                }
            }
        }
        return first;
    }

    private void measure() {
        // The median, since numbers that stand for missing ones are often huge.
        float[] sizes = new float[Math.min(MOST_MEASURED, examples.size())];
        for (int i = 0; i < usual.length; i++) {
            for (int example = 0; example < sizes.length; example++) {
                sizes[example] = Math.abs(examples.get(example).numbers().get(i));
            }
            Arrays.sort(sizes);
            usual[i] = sizes[sizes.length / 2];
        }
        for (int example = 0; example < lengths.length; example++) {
            double sum = usual.length;
            for (int i = 0; i < usual.length; i++) {
                double scaled = scaled(example, i);
                sum += scaled * scaled;
            }
            lengths[example] = Math.sqrt(sum);
        }
    }

    private double scaled(int example, int i) {
        return examples.get(example).numbers().get(i) / (usual[i] > 0 ? (double) usual[i] : 1);
    }

    private boolean isCopy(int one, int other) {
        FloatBuffer a = examples.get(one).numbers();
        FloatBuffer b = examples.get(other).numbers();
        for (int i = 0; i < usual.length; i++) {
            double largest = Math.max(usual[i], Math.max(Math.abs(a.get(i)), Math.abs(b.get(i))));
            if (Math.abs((double) a.get(i) - b.get(i)) > TOLERANCE * largest) {
                return false;
            }
        }
        return true;
    }

    /** All examples in one order. */
    private final class Line {
        private final double[] sums = new double[examples.size()];
        private final int[] sorted;
        private final int[] places = new int[examples.size()];

        Line(int seed) {
            // Specified to the bit, so that every platform finds the same copies.
            Random random = new Random(seed);
            boolean[] negative = new boolean[usual.length];
            for (int i = 0; i < negative.length; i++) {
                negative[i] = random.nextBoolean();
            }
            for (int example = 0; example < sums.length; example++) {
                for (int i = 0; i < negative.length; i++) {
                    sums[example] += negative[i] ? -scaled(example, i) : scaled(example, i);
                }
            }
            sorted = IntStream.range(0, sums.length)
                    .boxed()
                    .sorted(Comparator.comparing((Integer i) -> examples.get(i).integers())
                            .thenComparingDouble(i -> sums[i]))
                    .mapToInt(Integer::intValue)
                    .toArray();
            for (int place = 0; place < sorted.length; place++) {
                places[sorted[place]] = place;
            }
        }

        void join(int example, int[] first) {
            join(example, first, 1);
            join(example, first, -1);
        }

        private void join(int example, int[] first, int direction) {
            double window = WINDOW * TOLERANCE * lengths[example];
            int place = places[example];
            for (int step = 1; step <= MOST_COMPARED; step++) {
                int next = place + direction * step;
                if (next < 0 || next >= sorted.length) {
                    return;
                }
                int other = sorted[next];
                if (Math.abs(sums[other] - sums[example]) > window
                        || !examples.get(other)
                                .integers()
                                .equals(examples.get(example).integers())) {
                    return;
                }
                if (first[other] < 0 && isCopy(example, other)) {
                    first[other] = example;
                }
            }
        }
    }
}
