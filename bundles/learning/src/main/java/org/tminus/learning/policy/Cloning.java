/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.policy;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Behaviour cloning: the policy learns to do as a teacher shows, by cross-entropy. One thread. */
final class Cloning {
    private static final int BATCH = 256;

    private final Network network;
    private final Walk walk;
    private final Teacher teacher;
    private final double[] budgets;
    private final int depth;

    Cloning(Network network, Walk walk, Teacher teacher, double[] budgets, int depth) {
        this.network = network;
        this.walk = walk;
        this.teacher = teacher;
        this.budgets = budgets;
        this.depth = depth;
    }

    /** @return the mean cross-entropy over the last tenth of the steps, nats per decision */
    double run(int steps, double rate, SplittableRandom random) {
        Adam adam = new Adam(network.parameters.length);
        Episodes episodes = new Episodes(BATCH, depth);
        Unroll unroll = new Unroll(network, walk, budgets, depth, BATCH);
        double[] gradient = new double[network.parameters.length];
        int last = Math.max(1, steps / 10);
        double sum = 0;
        for (int step = 0; step < steps; step++) {
            for (int e = 0; e < BATCH; e++) {
                episodes.row[e] = random.nextInt(walk.rows());
                episodes.bucket[e] = random.nextInt(budgets.length);
                teacher.show(episodes, e);
            }
            int[] order = episodes.longestFirst(episodes.all());
            Imitation imitation = new Imitation(episodes);
            Arrays.fill(gradient, 0);
            unroll.learn(episodes, order, imitation, gradient);
            adam.update(network.parameters, gradient, rate * (1 - 0.9 * step / steps), 1, 0);
            if (step >= steps - last) {
                sum += imitation.loss / Math.max(1, imitation.decisions);
            }
        }
        return sum / last;
    }

    private final class Imitation implements Unroll.Head {
        private final Episodes episodes;
        private final double perDecision;
        private final double[] log;
        double loss;
        int decisions;

        Imitation(Episodes episodes) {
            this.episodes = episodes;
            this.log = new double[network.actions];
            int choices = 0;
            for (int e = 0; e < episodes.count; e++) {
                for (int t = 0; t < episodes.length[e]; t++) {
                    choices += walk.isChoice(episodes.node[t][e]) ? 1 : 0;
                }
            }
            perDecision = 1.0 / Math.max(1, choices);
        }

        @Override
        public void at(int t, int row, int e, Network.Step state, double[] dH, double[] gradient) {
            int[] allowed = walk.actions[episodes.node[t][e]];
            if (allowed.length == 1) {
                return;
            }
            Rollout.logProbabilities(network, state, row, allowed, log);
            int shown = episodes.action[t][e];
            for (int i = 0; i < allowed.length; i++) {
                double d = Math.exp(log[i]) - (i == shown ? 1 : 0);
                network.backLogit(state, row, allowed[i], perDecision * d, dH, gradient);
            }
            loss -= log[shown];
            decisions++;
        }
    }
}
