/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.policy;

/** The loss of PPO at one step, with its gradient: clipped objective, entropy, clipped critic. One thread. */
final class PpoLoss implements Unroll.Head {
    private final Network network;
    private final Walk walk;
    private final Rollout rollout;
    private final PpoOptions options;
    private final double entropyWeight;
    private final double perDecision;
    private final double perStep;
    private final double[] log;
    private final double[] own;
    double loss;
    double kl;
    double entropy;
    double clipped;
    double valueLoss;
    int decisions;
    int steps;

    /** @param some the episodes of the batch, over which means are taken */
    PpoLoss(Network network, Walk walk, Rollout rollout, int[] some, PpoOptions options, double entropyWeight) {
        this.network = network;
        this.walk = walk;
        this.rollout = rollout;
        this.options = options;
        this.entropyWeight = entropyWeight;
        this.log = new double[network.actions];
        this.own = new double[network.actions];
        int choices = 0;
        int all = 0;
        for (int e : some) {
            all += rollout.length[e];
            for (int t = 0; t < rollout.length[e]; t++) {
                choices += walk.isChoice(rollout.node[t][e]) ? 1 : 0;
            }
        }
        perDecision = 1.0 / Math.max(1, choices);
        perStep = 1.0 / Math.max(1, all);
    }

    @Override
    public void at(int t, int row, int e, Network.Step state, double[] dH, double[] gradient) {
        int[] allowed = walk.actions[rollout.node[t][e]];
        if (allowed.length > 1) {
            decide(t, row, e, allowed, state, dH, gradient);
        }
        criticise(t, row, e, state, dH, gradient);
    }

    private void decide(int t, int row, int e, int[] allowed, Network.Step state, double[] dH, double[] gradient) {
        Rollout.logProbabilities(network, state, row, allowed, log);
        double[] before = rollout.log[t][e];
        double[] advantage = rollout.advantage[t][e];
        double uncertainty = 0;
        double gained = 0;
        double pull = 0;
        // The clipped objective in expectation over the actions as the policy before took them: old * odds is new.
        for (int i = 0; i < allowed.length; i++) {
            double now = Math.exp(log[i]);
            double old = Math.exp(before[i]);
            double free = now * advantage[i];
            double bounded = Math.max((1 - options.clip) * old, Math.min((1 + options.clip) * old, now)) * advantage[i];
            boolean open = free <= bounded;
            own[i] = open ? free : 0;
            pull += own[i];
            gained += Math.min(free, bounded);
            uncertainty -= now * log[i];
            kl += old * (before[i] - log[i]);
            clipped += open ? 0 : old;
        }
        for (int i = 0; i < allowed.length; i++) {
            double now = Math.exp(log[i]);
            double d = entropyWeight * now * (log[i] + uncertainty) - own[i] + pull * now;
            network.backLogit(state, row, allowed[i], perDecision * d, dH, gradient);
        }
        loss += perDecision * (-gained - entropyWeight * uncertainty);
        entropy += uncertainty / Math.log(allowed.length);
        decisions++;
    }

    private void criticise(int t, int row, int e, Network.Step state, double[] dH, double[] gradient) {
        double value = network.value(state, row);
        double before = rollout.value[t][e];
        double target = rollout.target[t][e];
        double bounded = before + Math.max(-options.valueClip, Math.min(options.valueClip, value - before));
        double free = (value - target) * (value - target);
        double held = (bounded - target) * (bounded - target);
        double weight = options.valueWeight * perStep;
        if (free >= held) {
            network.backValue(state, row, weight * (value - target), dH, gradient);
        }
        loss += weight * 0.5 * Math.max(free, held);
        valueLoss += free;
        steps++;
    }
}
