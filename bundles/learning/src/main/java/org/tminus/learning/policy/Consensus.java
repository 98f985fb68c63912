/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.policy;

import java.util.Arrays;
import org.tminus.learning.outcome.Outcomes;

/**
 * How likely an answer is the right one, judged by everybody who gives it: all exits, each with its confidence. One label
 * says little about the next example that looks alike; this says what to expect of it, and tells apart no answers that are
 * the same. A conditional logit model over the different answers to an example and "none of them", with a weight and a
 * constant per exit. Immutable.
 */
final class Consensus {
    private static final int STEPS = 200;
    private static final double RATE = 0.1;
    private static final double RIDGE = 1e-4;
    private static final double LIMIT = 8;

    /** Per node: weight of the confidence, then the constant; the last one is that of "none". */
    private final double[] weights;

    private Consensus(double[] weights) {
        this.weights = weights;
    }

    static Consensus fit(Outcomes outcomes) {
        int nodes = outcomes.trie().nodes().size();
        Consensus model = new Consensus(new double[2 * nodes + 1]);
        Arrays.fill(model.weights, 1.0 / nodes);
        Adam adam = new Adam(model.weights.length);
        double[] gradient = new double[model.weights.length];
        double[] chances = new double[nodes];
        double[] pulls = new double[nodes];
        for (int step = 0; step < STEPS; step++) {
            for (int i = 0; i < gradient.length; i++) {
                gradient[i] = RIDGE * model.weights[i];
            }
            for (int row = 0; row < outcomes.rows(); row++) {
                double none = model.chances(outcomes, row, chances);
                // Each answer once; all who give it share its pull.
                boolean given = false;
                for (int node = 1; node < nodes; node++) {
                    boolean right = outcomes.answer(node, row) == outcomes.truth(row);
                    given |= right;
                    pulls[node] = chances[node] - (right ? 1 : 0);
                }
                for (int node = 1; node < nodes; node++) {
                    gradient[2 * node] += pulls[node] * logit(outcomes, node, row) / outcomes.rows();
                    gradient[2 * node + 1] += pulls[node] / outcomes.rows();
                }
                gradient[2 * nodes] += (none - (given ? 0 : 1)) / outcomes.rows();
            }
            adam.update(model.weights, gradient, RATE * (1 - 0.9 * step / STEPS), 1e9, 0);
        }
        return model;
    }

    private static double logit(Outcomes outcomes, int node, int row) {
        double p = Math.min(1 - 1e-7, Math.max(1e-7, outcomes.confidence(node, row)));
        return Math.max(-LIMIT, Math.min(LIMIT, Math.log(p / (1 - p))));
    }

    /**
     * Fills in the chance per node that its answer is right.
     *
     * @return the chance that none of them is
     */
    double chances(Outcomes outcomes, int row, double[] into) {
        int nodes = into.length;
        double none = weights[2 * nodes];
        double largest = none;
        for (int node = 1; node < nodes; node++) {
            // The score of an answer is kept where it is first given.
            into[node] = Double.NaN;
            int first = first(outcomes, node, row);
            double own = weights[2 * node] * logit(outcomes, node, row) + weights[2 * node + 1];
            if (first == node) {
                into[node] = own;
            } else {
                into[first] += own;
            }
        }
        for (int node = 1; node < nodes; node++) {
            if (!Double.isNaN(into[node])) {
                largest = Math.max(largest, into[node]);
            }
        }
        double sum = Math.exp(none - largest);
        for (int node = 1; node < nodes; node++) {
            if (!Double.isNaN(into[node])) {
                into[node] = Math.exp(into[node] - largest);
                sum += into[node];
            }
        }
        for (int node = 1; node < nodes; node++) {
            into[node] = Double.isNaN(into[node]) ? into[first(outcomes, node, row)] : into[node] / sum;
        }
        return Math.exp(none - largest) / sum;
    }

    private static int first(Outcomes outcomes, int node, int row) {
        int first = 1;
        while (outcomes.answer(first, row) != outcomes.answer(node, row)) {
            first++;
        }
        return first;
    }

    /** Per node and example what an answer is worth: with a share of the model's chance, else by the label. */
    double[][] worth(Outcomes outcomes, double share) {
        int nodes = outcomes.trie().nodes().size();
        double[][] worth = new double[nodes][outcomes.rows()];
        double[] chances = new double[nodes];
        for (int row = 0; row < outcomes.rows(); row++) {
            chances(outcomes, row, chances);
            for (int node = 1; node < nodes; node++) {
                double hard = outcomes.answer(node, row) == outcomes.truth(row) ? 1 : 0;
                worth[node][row] = share * chances[node] + (1 - share) * hard;
            }
        }
        return worth;
    }
}
