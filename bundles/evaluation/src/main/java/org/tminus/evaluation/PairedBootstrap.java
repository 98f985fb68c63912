/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import org.tminus.learning.data.Groups;
import org.tminus.learning.stats.Interval;

/**
 * Percentile intervals of many means over the same inputs. Groups of inputs are drawn, each with all that belongs to it, since
 * inputs of one group are not independent. All means see the same resamples, so that drawing, which takes the time, happens
 * once. Used by one thread.
 */
final class PairedBootstrap {
    private static final double TAIL = 0.025;

    private final int draws;
    private final long seed;
    private final Groups groups;

    PairedBootstrap(int draws, long seed, Groups groups) {
        this.draws = draws;
        this.seed = seed;
        this.groups = groups;
    }

    /**
     * @param values one per input, of at least one; mostly zeros where two ways mostly agree
     * @param progress hears how many of how many draws are done
     * @return 95 % intervals in the same order
     */
    List<Interval> means(List<double[]> values, BiConsumer<Integer, Integer> progress) {
        if (values.isEmpty()) {
            return List.of();
        }
        double[][] sums = new double[values.size()][];
        int[][] where = new int[values.size()][];
        for (int i = 0; i < where.length; i++) {
            sums[i] = sums(values.get(i));
            where[i] = nonZero(sums[i]);
        }
        int[] sizes = new int[groups.count()];
        for (int row = 0; row < groups.rows(); row++) {
            sizes[groups.of(row)]++;
        }
        double[][] means = new double[values.size()][draws];
        SplittableRandom random = new SplittableRandom(seed);
        int[] counts = new int[sizes.length];
        for (int draw = 0; draw < draws; draw++) {
            Arrays.fill(counts, 0);
            long drawn = 0;
            for (int i = 0; i < counts.length; i++) {
                int group = random.nextInt(counts.length);
                counts[group]++;
                drawn += sizes[group];
            }
            for (int i = 0; i < where.length; i++) {
                double sum = 0;
                for (int group : where[i]) {
                    sum += counts[group] * sums[i][group];
                }
                means[i][draw] = sum / drawn;
            }
            if (draw % 100 == 99) {
                progress.accept(draw + 1, draws);
            }
        }
        return Arrays.stream(means).map(PairedBootstrap::interval).toList();
    }

    private double[] sums(double[] value) {
        if (value.length != groups.rows() || value.length == 0) {
            throw new IllegalArgumentException("Values of " + value.length + " inputs, there are " + groups.rows());
        }
        double[] sums = new double[groups.count()];
        for (int row = 0; row < value.length; row++) {
            sums[groups.of(row)] += value[row];
        }
        return sums;
    }

    private static int[] nonZero(double[] sums) {
        return IntStream.range(0, sums.length).filter(group -> sums[group] != 0).toArray();
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
