/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.demo.measure;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.tminus.demo.report.RowPlan.Part;

/** Draws one of several models for each input: by seed and input alone, so that threads and order make no difference. */
public final class Mixture {
    private final double[] cumulative;
    private final long seed;

    /**
     * @param weights not negative, at least one positive; they need not add up to 1
     * @throws IllegalArgumentException if they are otherwise
     */
    public Mixture(double[] weights, long seed) {
        this.seed = seed;
        cumulative = new double[weights.length];
        double sum = 0;
        for (int index = 0; index < weights.length; index++) {
            if (!(weights[index] >= 0) || Double.isInfinite(weights[index])) {
                throw new IllegalArgumentException("A weight is " + weights[index]);
            }
            sum += weights[index];
            cumulative[index] = sum;
        }
        if (sum <= 0) {
            throw new IllegalArgumentException("A mixture needs a positive weight");
        }
    }

    /** The index of the model that answers this input. */
    public int choose(int input) {
        if (cumulative.length == 1) {
            return 0;
        }
        double drawn = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + input).nextDouble()
                * cumulative[cumulative.length - 1];
        for (int index = 0; index < cumulative.length; index++) {
            if (drawn < cumulative[index]) {
                return index;
            }
        }
        return cumulative.length - 1;
    }

    /**
     * The mixture of two models whose mean FLOPs are those asked for: of the two whose FLOPs enclose them. Where there is none on one
     * side, the cheapest or the dearest model alone.
     *
     * @param candidates at least one, in any order, their weights of no meaning
     */
    public static List<Part> at(double flops, List<Part> candidates) {
        List<Part> sorted = new ArrayList<>(candidates);
        sorted.sort(Comparator.comparingDouble(Part::flops));
        Part below = sorted.get(0);
        if (flops <= below.flops()) {
            return List.of(weighted(below, 1));
        }
        for (Part above : sorted) {
            if (above.flops() == flops) {
                return List.of(weighted(above, 1));
            }
            if (above.flops() > flops) {
                double weight = (flops - below.flops()) / (above.flops() - below.flops());
                return List.of(weighted(below, 1 - weight), weighted(above, weight));
            }
            below = above;
        }
        return List.of(weighted(below, 1));
    }

    private static Part weighted(Part part, double weight) {
        return new Part(part.name(), part.file(), part.flops(), weight);
    }
}
