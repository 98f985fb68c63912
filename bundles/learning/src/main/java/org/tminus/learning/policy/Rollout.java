/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.policy;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Episodes that the policy walked by chance, with rewards and advantages. */
final class Rollout extends Episodes {
    final double[][] logProbability;
    final double[][] value;
    final double[][] reward;
    final double[][] advantage;
    /** What the critic should have said. */
    final double[][] target;
    /** Per episode: FLOPs over mean full depth, and whether the answer was kept. */
    final double[] ratio;

    final double[] kept;

    Rollout(int count, int steps) {
        super(count, steps);
        logProbability = new double[steps][count];
        value = new double[steps][count];
        reward = new double[steps][count];
        advantage = new double[steps][count];
        target = new double[steps][count];
        ratio = new double[count];
        kept = new double[count];
    }

    /** What a step is worth. */
    static final class Rewards {
        private final Walk walk;
        private final double keptWeight;
        private final boolean shaping;
        /** By bucket. */
        final double[] prices;

        private final double[] scales;

        Rewards(Walk walk, double keptWeight, boolean shaping, double[] prices) {
            this.walk = walk;
            this.keptWeight = keptWeight;
            this.shaping = shaping;
            this.prices = prices;
            this.scales = new double[prices.length];
            for (int b = 0; b < prices.length; b++) {
                scales[b] = 1 / Math.sqrt(prices[b] + 0.05);
            }
        }

        /** The scaled reward of going from a node to the next, or of stopping; the end of the walk included. */
        double of(int node, int next, int row, int bucket) {
            double paid;
            int end = node;
            if (next == Walk.STOP) {
                paid = walk.paidToAnswer(node, row) - walk.paid(node, row);
            } else if (walk.isLeaf(next)) {
                end = next;
                paid = walk.paidToAnswer(next, row) - walk.paid(node, row);
            } else {
                end = -1;
                paid = walk.paid(next, row) - walk.paid(node, row);
            }
            if (node == 0) {
                paid += walk.paid(0, row);
            }
            double earned;
            if (shaping) {
                earned = walk.potential(next == Walk.STOP ? node : next, row) - walk.potential(node, row);
            } else {
                earned = end >= 0 ? walk.kept(end, row) : 0;
            }
            return scales[bucket] * (keptWeight * earned - prices[bucket] * paid);
        }
    }

    /** Walks all episodes, whose rows and buckets are set, with actions drawn from the policy. */
    void walk(Network network, Walk walk, double[] budgets, Rewards rewards, SplittableRandom random) {
        int hidden = network.hidden;
        Network.Step step = new Network.Step(network, count);
        int[] episode = all();
        int active = count;
        Arrays.fill(node[0], 0);
        double[] logits = new double[network.actions];
        for (int t = 0; active > 0; t++) {
            step.rows = active;
            for (int i = 0; i < active; i++) {
                int e = episode[i];
                walk.observe(node[t][e], row[e], budgets[bucket[e]], step.x, i * network.features);
            }
            network.forward(step);
            int left = 0;
            for (int i = 0; i < active; i++) {
                int e = episode[i];
                int at = node[t][e];
                int chosen = draw(network, step, i, walk.actions[at], logits, random);
                action[t][e] = chosen;
                logProbability[t][e] = logits[chosen];
                value[t][e] = network.value(step, i);
                int next = walk.targets[at][chosen];
                reward[t][e] = rewards.of(at, next, row[e], bucket[e]);
                int end = next == Walk.STOP ? at : walk.isLeaf(next) ? next : -1;
                if (end >= 0) {
                    length[e] = t + 1;
                    ratio[e] = walk.paidToAnswer(end, row[e]);
                    kept[e] = walk.kept(end, row[e]);
                    continue;
                }
                node[t + 1][e] = next;
                episode[left] = e;
                System.arraycopy(step.h, i * hidden, step.hBefore, left * hidden, hidden);
                System.arraycopy(step.c, i * hidden, step.cBefore, left * hidden, hidden);
                left++;
            }
            active = left;
        }
    }

    /** Draws an action; leaves log-probabilities of the allowed ones in {@code logits}. */
    private static int draw(
            Network network, Network.Step step, int row, int[] allowed, double[] logits, SplittableRandom random) {
        if (allowed.length == 1) {
            logits[0] = 0;
            return 0;
        }
        logProbabilities(network, step, row, allowed, logits);
        double left = random.nextDouble();
        for (int i = 0; i < allowed.length - 1; i++) {
            left -= Math.exp(logits[i]);
            if (left < 0) {
                return i;
            }
        }
        return allowed.length - 1;
    }

    /** Log-softmax over the allowed actions. */
    static void logProbabilities(Network network, Network.Step step, int row, int[] allowed, double[] into) {
        double largest = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < allowed.length; i++) {
            into[i] = network.logit(step, row, allowed[i]);
            largest = Math.max(largest, into[i]);
        }
        double sum = 0;
        for (int i = 0; i < allowed.length; i++) {
            sum += Math.exp(into[i] - largest);
        }
        double log = largest + Math.log(sum);
        for (int i = 0; i < allowed.length; i++) {
            into[i] -= log;
        }
    }

    /**
     * Generalised advantages, nothing discounted; then brought to mean 0 and deviation 1 over the decisions of each bucket,
     * for what is at stake differs by budget.
     */
    void advantages(Walk walk, double lambda, int buckets) {
        double[] sum = new double[buckets];
        double[] squares = new double[buckets];
        double[] decisions = new double[buckets];
        for (int e = 0; e < count; e++) {
            double next = 0;
            double nextValue = 0;
            for (int t = length[e] - 1; t >= 0; t--) {
                double delta = reward[t][e] + nextValue - value[t][e];
                next = delta + lambda * next;
                nextValue = value[t][e];
                advantage[t][e] = next;
                target[t][e] = next + value[t][e];
                if (walk.isChoice(node[t][e])) {
                    sum[bucket[e]] += next;
                    squares[bucket[e]] += next * next;
                    decisions[bucket[e]]++;
                }
            }
        }
        for (int e = 0; e < count; e++) {
            int b = bucket[e];
            double mean = sum[b] / Math.max(1, decisions[b]);
            double variance = squares[b] / Math.max(1, decisions[b]) - mean * mean;
            double scale = 1 / Math.sqrt(Math.max(variance, 1e-8));
            for (int t = 0; t < length[e]; t++) {
                advantage[t][e] = (advantage[t][e] - mean) * scale;
            }
        }
    }
}
