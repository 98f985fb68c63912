/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.policy;

import java.util.LinkedHashMap;
import java.util.Map;
import org.tminus.learning.baseline.Decider;
import org.tminus.learning.baseline.Family;
import org.tminus.learning.outcome.Basis;
import org.tminus.learning.outcome.Choices;
import org.tminus.learning.outcome.Outcomes;

/**
 * A trained policy. Walks the trie of the menu from the root; at every node that something follows the LSTM takes a step,
 * and the allowed action of the largest logit is taken. Weights are single precision, as they are stored. Immutable.
 */
public final class LstmPolicy {
    private static final int BATCH = 512;

    private final LstmShape shape;
    private final Network network;

    private LstmPolicy(Network network) {
        this.shape = network.shape;
        this.network = network;
    }

    static LstmPolicy of(Network trained) {
        Network rounded = new Network(trained.shape);
        for (int i = 0; i < rounded.parameters.length; i++) {
            rounded.parameters[i] = (float) trained.parameters[i];
        }
        return new LstmPolicy(rounded);
    }

    /**
     * Puts a policy together from its weights, row by row.
     *
     * @param weightX [features, 4 hidden], gates in the order i, f, g, o
     * @param weightH [hidden, 4 hidden]
     * @param bias [4 hidden]
     * @param actor [hidden, actions]
     * @param actorBias [actions]
     * @throws IllegalArgumentException if a length does not fit the shape
     */
    public static LstmPolicy of(
            LstmShape shape, float[] weightX, float[] weightH, float[] bias, float[] actor, float[] actorBias) {
        Network network = new Network(shape);
        copy(weightX, network.parameters, network.weightX, network.features * network.gates);
        copy(weightH, network.parameters, network.weightH, network.hidden * network.gates);
        copy(bias, network.parameters, network.bias, network.gates);
        copy(actorBias, network.parameters, network.actorBias, network.actions);
        if (actor.length != network.hidden * network.actions) {
            throw new IllegalArgumentException(
                    "The actor has " + actor.length + " weights, the shape says " + network.hidden * network.actions);
        }
        for (int i = 0; i < network.hidden; i++) {
            for (int a = 0; a < network.actions; a++) {
                network.parameters[network.actor + a * network.hidden + i] = actor[i * network.actions + a];
            }
        }
        return new LstmPolicy(network);
    }

    private static void copy(float[] from, double[] to, int at, int length) {
        if (from.length != length) {
            throw new IllegalArgumentException("There are " + from.length + " weights, the shape says " + length);
        }
        for (int i = 0; i < length; i++) {
            to[at + i] = from[i];
        }
    }

    public LstmShape shape() {
        return shape;
    }

    /** [features, 4 hidden]; a copy. */
    public float[] weightX() {
        return part(network.weightX, network.features * network.gates);
    }

    /** [hidden, 4 hidden]; a copy. */
    public float[] weightH() {
        return part(network.weightH, network.hidden * network.gates);
    }

    /** [4 hidden]; a copy. */
    public float[] bias() {
        return part(network.bias, network.gates);
    }

    /** [hidden, actions]; a copy. */
    public float[] actor() {
        float[] weights = new float[network.hidden * network.actions];
        for (int i = 0; i < network.hidden; i++) {
            for (int a = 0; a < network.actions; a++) {
                weights[i * network.actions + a] = (float) network.parameters[network.actor + a * network.hidden + i];
            }
        }
        return weights;
    }

    /** [actions]; a copy. */
    public float[] actorBias() {
        return part(network.actorBias, network.actions);
    }

    private float[] part(int from, int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) network.parameters[from + i];
        }
        return values;
    }

    /**
     * Decides every example.
     *
     * @param outcomes over a menu of the layers, and with the classes of complexity, that this was trained for
     * @param budget mean FLOPs ratio that is wanted, above 0 to 1
     * @throws IllegalArgumentException if the outcomes do not fit
     */
    public Choices decide(Outcomes outcomes, double budget) {
        return decide(new Walk(outcomes, shape, Basis.AGREES), budget);
    }

    Choices decide(Walk walk, double budget) {
        int rows = walk.rows();
        int[] paths = new int[rows];
        double[] flops = new double[rows];
        int hidden = network.hidden;
        Network.Step step = new Network.Step(network, BATCH);
        int[] row = new int[BATCH];
        int[] node = new int[BATCH];
        for (int first = 0; first < rows; first += BATCH) {
            int active = Math.min(BATCH, rows - first);
            for (int i = 0; i < active; i++) {
                row[i] = first + i;
                node[i] = 0;
            }
            java.util.Arrays.fill(step.hBefore, 0);
            java.util.Arrays.fill(step.cBefore, 0);
            while (active > 0) {
                for (int i = 0; i < active; i++) {
                    walk.observe(node[i], row[i], budget, step.x, i * network.features);
                }
                step.rows = active;
                network.forward(step);
                int left = 0;
                for (int i = 0; i < active; i++) {
                    int next = walk.targets[node[i]][best(step, i, walk.actions[node[i]])];
                    int end = next == Walk.STOP ? node[i] : walk.isLeaf(next) ? next : -1;
                    if (end >= 0) {
                        paths[row[i]] = walk.path(end);
                        flops[row[i]] = walk.flopsToAnswer(end, row[i]);
                        continue;
                    }
                    row[left] = row[i];
                    node[left] = next;
                    System.arraycopy(step.h, i * hidden, step.hBefore, left * hidden, hidden);
                    System.arraycopy(step.c, i * hidden, step.cBefore, left * hidden, hidden);
                    left++;
                }
                active = left;
            }
        }
        return new Choices(walk.outcomes, paths, flops);
    }

    private int best(Network.Step step, int row, int[] allowed) {
        int best = 0;
        double largest = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < allowed.length && allowed.length > 1; i++) {
            double logit = network.logit(step, row, allowed[i]);
            if (logit > largest) {
                largest = logit;
                best = i;
            }
        }
        return best;
    }

    /** This policy with its budget set. */
    public Decider at(double budget) {
        return outcomes -> decide(outcomes, budget);
    }

    /** {@code lstm-ppo-open} or {@code lstm-ppo-closed}. */
    public String kind() {
        return "lstm-ppo-" + shape.loop().label();
    }

    /** Budgets from 0.02 to 1 in steps of 0.02, measured on the decision split; the parameter is the budget. */
    public Family family(Outcomes decision) {
        Map<Double, Decider> all = new LinkedHashMap<>();
        for (int i = 1; i <= 50; i++) {
            all.put(i / 50.0, at(i / 50.0));
        }
        return Family.of(kind(), all, decision);
    }
}
