/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.policy.lstm.internal;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tminus.failure.TminusException;
import org.tminus.model.AdaptiveModel;
import org.tminus.policy.PolicyContext;
import org.tminus.predictor.Complexity;

/**
 * Steps the network along a tree for the rows of one batch. Has all working memory of the batch: states, one observation,
 * costs. Both loops use it.
 */
final class Walker {
    /** What {@link #choose} says for: answer here. */
    static final int STOP = -1;

    private final LstmNetwork network;
    private final PolicyContext context;
    private final @Nullable List<Complexity> complexities;
    private final Costs costs;
    private final Observation observation;
    private final float[] states;
    private final float[] cells;
    private final float[] gates;

    /**
     * @param complexities one per row, of as many classes as the network reads; null if it reads none
     * @param slots how many rows are under way at once
     */
    Walker(
            LstmNetwork network,
            PolicyContext context,
            @Nullable List<Complexity> complexities,
            double budget,
            int slots) {
        AdaptiveModel model = context.model();
        int classes = network.features() - LstmNetwork.FIXED_FEATURES;
        this.network = network;
        this.context = context;
        this.complexities = complexities;
        costs = new Costs(model, classes);
        observation = new Observation(network.observation(), model.layers().size(), classes, budget);
        states = new float[slots * network.hidden()];
        cells = new float[slots * network.hidden()];
        gates = new float[4 * network.hidden()];
    }

    /** Turns to a row of the batch: what follows is about it. */
    void setRow(int row) {
        costs.setLength(context.length(row));
        observation.setRow(complexities == null ? null : complexities.get(row), costs);
    }

    /** FLOPs of parts, for the row in turn. */
    Costs costs() {
        return costs;
    }

    /** Forgets what a slot has seen. */
    void reset(int slot) {
        int hidden = network.hidden();
        java.util.Arrays.fill(states, slot * hidden, (slot + 1) * hidden, 0);
        java.util.Arrays.fill(cells, slot * hidden, (slot + 1) * hidden, 0);
    }

    /**
     * Steps the network at a node where nothing is looked at.
     *
     * @param spent FLOPs so far
     */
    void step(int slot, WalkTree tree, int node, double spent) {
        observation.setNode(tree, node, spent, costs);
        step(slot);
    }

    /**
     * Steps the network at a node whose exit was read.
     *
     * @param spent FLOPs so far, the head included
     * @param before the answer of the exit that was read last; -1 if none was
     * @return the answer here
     */
    int step(int slot, WalkTree tree, int node, double spent, float[] probabilities, int before) {
        observation.setNode(tree, node, spent, costs);
        int answer = observation.see(probabilities, before);
        step(slot);
        return answer;
    }

    private void step(int slot) {
        network.step(observation.values(), states, cells, slot * network.hidden(), gates);
    }

    /**
     * What the network wants at a node, after the step there: of the allowed actions the one with the largest logit, of
     * equals the one with the lowest number.
     *
     * @return the child to go on to, or {@link #STOP}
     * @throws TminusException if the network's answer is no number
     */
    int choose(int slot, WalkTree tree, int node) throws TminusException {
        int children = tree.childCount(node);
        boolean ends = tree.end(node) != null;
        if (tree.actions(node) == 1) {
            return ends ? STOP : tree.child(node, 0);
        }
        int state = slot * network.hidden();
        int best = STOP;
        float largest = Float.NEGATIVE_INFINITY;
        if (ends) {
            largest = finite(network.logit(states, state, 0));
        }
        for (int index = 0; index < children; index++) {
            int child = tree.child(node, index);
            float logit = finite(network.logit(states, state, 1 + tree.layer(child)));
            if (logit > largest) {
                largest = logit;
                best = child;
            }
        }
        return best;
    }

    private float finite(float logit) throws TminusException {
        if (!Float.isFinite(logit)) {
            throw new TminusException(
                    "The learned policy of model " + context.model() + " answers " + logit + ", which is no number.",
                    "Train the policy again, or choose another one for this model.");
        }
        return logit;
    }
}
