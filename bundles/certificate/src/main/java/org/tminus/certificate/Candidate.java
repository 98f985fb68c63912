/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.certificate;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * An operating point before its test, with its figures on the data that it was chosen on. They fix the order of tests, so that
 * the inputs of the test have no say in it.
 *
 * @param policy by name
 * @param flopsRatio mean FLOPs per input over those of full depth
 * @param accuracy share of right answers; of no meaning without labels
 * @param fullDepthAccuracy the same at full depth; NaN without labels
 */
public record Candidate(String name, String policy, double flopsRatio, double accuracy, double fullDepthAccuracy) {
    /** Policies that look at nothing of the input, or repeat another point under a shorter name. */
    private static final Set<String> LEFT_OUT = Set.of("fixed", "random");

    private static final Comparator<Candidate> ORDER = Comparator.comparingDouble(Candidate::lost)
            .thenComparing(candidate -> -candidate.flopsRatio())
            .thenComparing(Candidate::name);

    /**
     * The adaptive points in the order of their tests: by the accuracy that they lost, so that the sequence goes on as long as it
     * can, then the costlier first. Without labels the costlier are taken for the safer ones.
     *
     * @param candidate what is known of a point
     */
    public static <T> List<T> safestFirst(Collection<T> points, Function<T, Candidate> candidate) {
        return points.stream()
                .filter(point -> !LEFT_OUT.contains(candidate.apply(point).policy()))
                .sorted(Comparator.comparing(candidate, ORDER))
                .toList();
    }

    private double lost() {
        return Double.isNaN(fullDepthAccuracy) ? -flopsRatio : fullDepthAccuracy - accuracy;
    }
}
