/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import org.tminus.learning.stats.Interval;

/**
 * Percentile intervals of many means over the same inputs. All of them see the same resamples, so that drawing, which takes
 * the time, happens once. Used by one thread.
 */
final class PairedBootstrap {
    private static final double TAIL = 0.025;

    private final int draws;
    private final long seed;

    PairedBootstrap(int draws, long seed) {
        this.draws = draws;
        this.seed = seed;
    }

    /**
     * @param values arrays of one length, at least 1; mostly zeros where two ways mostly agree
     * @param progress hears how many of how many draws are done
     * @return 95 % intervals in the same order
     */
    List<Interval> means(List<double[]> values, BiConsumer<Integer, Integer> progress) {
        if (values.isEmpty()) {
            return List.of();
        }
        int rows = values.get(0).length;
        int[][] where = new int[values.size()][];
        for (int i = 0; i < where.length; i++) {
            where[i] = nonZero(values.get(i), rows);
        }
        double[][] means = new double[values.size()][draws];
        SplittableRandom random = new SplittableRandom(seed);
        int[] counts = new int[rows];
        for (int draw = 0; draw < draws; draw++) {
            Arrays.fill(counts, 0);
            for (int i = 0; i < rows; i++) {
                counts[random.nextInt(rows)]++;
            }
            for (int i = 0; i < where.length; i++) {
                double[] value = values.get(i);
                double sum = 0;
                for (int row : where[i]) {
                    sum += counts[row] * value[row];
                }
                means[i][draw] = sum / rows;
            }
            if (draw % 100 == 99) {
                progress.accept(draw + 1, draws);
            }
        }
        return Arrays.stream(means).map(PairedBootstrap::interval).toList();
    }

    private static int[] nonZero(double[] value, int rows) {
        if (value.length != rows || rows == 0) {
            throw new IllegalArgumentException("Values of " + value.length + " inputs beside those of " + rows);
        }
        int[] found = new int[rows];
        int count = 0;
        for (int row = 0; row < rows; row++) {
            if (value[row] != 0) {
                found[count++] = row;
            }
        }
        return Arrays.copyOf(found, count);
    }

    private static Interval interval(double[] drawn) {
        Arrays.sort(drawn);
        return new Interval(quantile(drawn, TAIL), quantile(drawn, 1 - TAIL));
    }

    private static double quantile(double[] sorted, double share) {
        double at = share * (sorted.length - 1);
        int below = (int) at;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }
}
