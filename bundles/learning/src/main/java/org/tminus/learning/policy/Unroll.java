/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.policy;

import java.util.Arrays;

/** The LSTM over whole episodes, forward and back in time. Buffers are kept between batches. One thread. */
final class Unroll {
    private final Network network;
    private final Walk walk;
    private final double[] budgets;
    private final Network.Step[] steps;
    private final double[] dH;
    private final double[] dC;

    /** What is to be learned at a step of an episode: adds gradients by the heads, and by the state to {@code dH}. */
    interface Head {
        void at(int step, int row, int episode, Network.Step state, double[] dH, double[] gradient);
    }

    /** @param budgets by bucket */
    Unroll(Network network, Walk walk, double[] budgets, int steps, int capacity) {
        this.network = network;
        this.walk = walk;
        this.budgets = budgets;
        this.steps = new Network.Step[steps];
        for (int t = 0; t < steps; t++) {
            this.steps[t] = new Network.Step(network, capacity);
        }
        dH = new double[capacity * network.hidden];
        dC = new double[capacity * network.hidden];
    }

    /** Adds the gradient of what the head asks for over some episodes, the longest first. */
    void learn(Episodes episodes, int[] order, Head head, double[] gradient) {
        int deepest = 0;
        int active = order.length;
        for (int t = 0; t < steps.length; t++) {
            while (active > 0 && episodes.length[order[active - 1]] <= t) {
                active--;
            }
            if (active == 0) {
                break;
            }
            deepest = t + 1;
            Network.Step step = steps[t];
            step.rows = active;
            for (int i = 0; i < active; i++) {
                int e = order[i];
                walk.observe(
                        episodes.node[t][e],
                        episodes.row[e],
                        budgets[episodes.bucket[e]],
                        step.x,
                        i * network.features);
            }
            if (t > 0) {
                System.arraycopy(steps[t - 1].h, 0, step.hBefore, 0, active * network.hidden);
                System.arraycopy(steps[t - 1].c, 0, step.cBefore, 0, active * network.hidden);
            }
            network.forward(step);
        }
        Arrays.fill(dH, 0);
        Arrays.fill(dC, 0);
        network.prepareBackward();
        for (int t = deepest - 1; t >= 0; t--) {
            for (int i = 0; i < steps[t].rows; i++) {
                head.at(t, i, order[i], steps[t], dH, gradient);
            }
            network.backward(steps[t], dH, dC, gradient);
        }
    }
}
