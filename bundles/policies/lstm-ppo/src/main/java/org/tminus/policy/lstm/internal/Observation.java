/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.policy.lstm.internal;

import org.jspecify.annotations.Nullable;
import org.tminus.predictor.Complexity;

/**
 * What the network sees at a node, as {@code docs/policies.md} lists it. One per batch, filled anew for each row and node
 * without allocating.
 */
final class Observation {
    private static final int DEPTH = 0;
    private static final int LAYER = 1;
    private static final int BUDGET = 2;
    private static final int SPENT = 3;
    private static final int AT_ROOT = 4;
    private static final int CONFIDENCE = 5;
    private static final int MARGIN = 6;
    private static final int ENTROPY = 7;
    private static final int UNCHANGED = 8;
    private static final int SEEN = 9;
    private static final int EXPECTED = 10;

    private static final double LEAST_BUDGET = 0.01;
    private static final double LEAST_PROBABILITY = 1e-7;
    private static final double LOGIT_LIMIT = 8;
    private static final double LOGIT_SCALE = 4;

    private final boolean scaled;
    private final float[] values;
    private final int layers;
    private final int classes;

    /** @param version of the observation, 1 or 2 */
    Observation(int version, int layers, int classes, double budget) {
        this.scaled = version > 1;
        this.layers = layers;
        this.classes = classes;
        values = new float[LstmNetwork.FIXED_FEATURES + classes];
        values[BUDGET] = (float) (scaled ? 1 + Math.log(Math.max(LEAST_BUDGET, budget)) / 2 : budget);
    }

    float[] values() {
        return values;
    }

    /**
     * What holds for a row at every node.
     *
     * @param complexity null if the policy reads none
     */
    void setRow(@Nullable Complexity complexity, Costs costs) {
        double expected = 0;
        for (int index = 0; index < classes && complexity != null; index++) {
            float probability = complexity.probability(index);
            values[LstmNetwork.FIXED_FEATURES + index] = probability;
            expected += probability * costs.ratio(index);
        }
        values[EXPECTED] = (float) expected;
    }

    /**
     * Where the row is; nothing is seen there yet.
     *
     * @param spent FLOPs so far
     */
    void setNode(WalkTree tree, int node, double spent, Costs costs) {
        values[DEPTH] = (float) tree.depth(node) / layers;
        values[LAYER] = (float) (tree.layer(node) + 1) / layers;
        values[SPENT] = (float) (spent / costs.full());
        values[AT_ROOT] = node == WalkTree.ROOT ? 1 : 0;
        for (int index = CONFIDENCE; index <= SEEN; index++) {
            values[index] = 0;
        }
    }

    /**
     * What an exit answers at this node.
     *
     * @param probabilities of the classes of the model's answer
     * @param before the answer of the exit that was read last; -1 if none was
     * @return the answer
     */
    int see(float[] probabilities, int before) {
        float largest = 0;
        float second = 0;
        int answer = 0;
        double entropy = 0;
        for (int index = 0; index < probabilities.length; index++) {
            float probability = probabilities[index];
            if (probability > largest) {
                second = largest;
                largest = probability;
                answer = index;
            } else {
                second = Math.max(second, probability);
            }
            if (probability > 0) {
                entropy -= probability * Math.log(probability);
            }
        }
        setConfidence(largest, largest - second);
        values[ENTROPY] = probabilities.length < 2 ? 0 : (float) (entropy / Math.log(probabilities.length));
        values[UNCHANGED] = answer == before ? 1 : 0;
        values[SEEN] = 1;
        return answer;
    }

    private void setConfidence(float largest, float margin) {
        if (!scaled) {
            values[CONFIDENCE] = largest;
            values[MARGIN] = margin;
            return;
        }
        double first = Math.max(LEAST_PROBABILITY, largest);
        // From the margin, as in training, where that is what is kept of the second.
        double second = Math.max(LEAST_PROBABILITY, (double) largest - margin);
        double others = Math.max(LEAST_PROBABILITY, 1.0 - largest);
        double odds = Math.max(-LOGIT_LIMIT, Math.min(LOGIT_LIMIT, Math.log(first / others)));
        values[CONFIDENCE] = (float) (odds / LOGIT_SCALE);
        values[MARGIN] = (float) (Math.min(LOGIT_LIMIT, Math.log(first / second)) / LOGIT_SCALE);
    }
}
