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
 * An operating point before its test, with its losses on the data that it was chosen on. They fix the order of tests, so that
 * the inputs of the test have no say in it.
 *
 * @param policy by name
 * @param flopsRatio mean FLOPs per input over those of full depth
 * @param meanLoss mean loss of the risk that is to be promised
 * @param discordance share of inputs whose loss is not 0
 * @param inputs how many inputs these are means of
 */
public record Candidate(
        String name, String policy, double flopsRatio, double meanLoss, double discordance, int inputs) {
    /** Policies that look at nothing of the input. */
    private static final Set<String> LEFT_OUT = Set.of("fixed", "random", "full");

    /** Whether a point of this policy is tested at all. */
    public static boolean isTested(String policy) {
        return !LEFT_OUT.contains(policy);
    }

    /**
     * The adaptive points in the order of their tests, so that the sequence goes on as long as it can: by how many standard
     * deviations their mean loss is below epsilon, which grows with the probability to pass the test. A point that loses little in the mean
     * because its many differing answers happened to be good ones comes after one that hardly differs. Of equal ones the
     * costlier comes first.
     *
     * @param candidate what is known of a point
     * @param epsilon the largest mean loss that is to be promised
     */
    public static <T> List<T> safestFirst(Collection<T> points, Function<T, Candidate> candidate, double epsilon) {
        Comparator<Candidate> order = Comparator.comparingDouble((Candidate each) -> -each.margin(epsilon))
                .thenComparing(each -> -each.flopsRatio())
                .thenComparing(Candidate::name);
        return points.stream()
                .filter(point -> isTested(candidate.apply(point).policy()))
                .sorted(Comparator.comparing(candidate, order))
                .toList();
    }

    /** In standard deviations of the loss of one input; one more differing answer keeps it finite where none was seen. */
    private double margin(double epsilon) {
        double variance = discordance + 1.0 / inputs - meanLoss * meanLoss;
        return (epsilon - meanLoss) / Math.sqrt(variance);
    }
}
