/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.graph;

/**
 * How sub-paths learn from the full path. The full path is detached wherever it teaches, so it is not pulled towards its
 * pupils.
 *
 * @param randomExits exits drawn per step, besides the leanest
 * @param soft weight of the cross entropy with the full path's soft answers
 * @param hard weight of the cross entropy with the true classes
 * @param cosine weight of the cosine distance between features of the two paths
 * @param temperature softens the full path's answers
 * @param subsetProbability share of steps in which a random subset of the layers learns as well
 * @param subsetWeight weight of that path's loss
 * @param early weight of the bound on the predictor's error; 0 leaves it out. Sending an input to an exit whose answer differs
 *     from full depth is the error that costs accuracy. Whatever the predictor is, it can be made to do so only where exit and
 *     full depth differ, and it is tempted to where the exit looks sure. So the term is, per input, the exit's confidence
 *     times {@code max(0, 1 + z - y)}, with y the exit's logit of full depth's answer and z its largest other logit: the hinge
 *     is at least 1 wherever the answers differ, so the mean is an upper bound on confidence-weighted disagreement. The
 *     confidence is detached: the exit shall mend its answer, not hide behind doubt
 */
public record PathLosses(
        int randomExits,
        double soft,
        double hard,
        double cosine,
        double temperature,
        double subsetProbability,
        double subsetWeight,
        double early) {
    /** A start that suits most models. */
    public static final PathLosses DEFAULT = new PathLosses(2, 0.25, 0.1, 0.1, 1.5, 0.1, 0.3, 0);

    /** Only the full path learns, unless there are exits; those then learn from true classes alone. */
    public static final PathLosses PLAIN = new PathLosses(2, 0, 0.3, 0, 1, 0, 0, 0);

    /** The same with another share of steps with a random subset of the layers. */
    public PathLosses withSubsets(double probability, double weight) {
        return new PathLosses(randomExits, soft, hard, cosine, temperature, probability, weight, early);
    }

    /** The same with another weight of the bound on the predictor's error. */
    public PathLosses withEarly(double weight) {
        return new PathLosses(randomExits, soft, hard, cosine, temperature, subsetProbability, subsetWeight, weight);
    }

    /** The same with other weights of soft answers, labels and cosine. */
    public PathLosses withWeights(double softWeight, double hardWeight, double cosineWeight) {
        return new PathLosses(
                randomExits, softWeight, hardWeight, cosineWeight, temperature, subsetProbability, subsetWeight, early);
    }

    /** The same with another number of random exits per step. */
    public PathLosses withRandomExits(int number) {
        return new PathLosses(number, soft, hard, cosine, temperature, subsetProbability, subsetWeight, early);
    }
}
