/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.policy;

import java.util.SplittableRandom;
import org.tminus.learning.outcome.PathTrie;

/**
 * Episodes that the policy walked by chance, with the advantage of every action that was allowed on the way.
 *
 * <p>Outcomes of all places are known, so generalised advantages are not estimated from the one walk that was drawn: their
 * expectation over all walks that the policy could go on with is summed up over the trie, from its leaves to its root. That
 * is the same quantity without the noise of drawing.
 */
final class Rollout extends Episodes {
    private static final int CHUNK = 256;

    /** Log-probabilities of the allowed actions, by step and episode. */
    final double[][][] log;
    /** Advantages of the allowed actions, by step and episode. */
    final double[][][] advantage;
    /** What the critic said. */
    final double[][] value;
    /** What the critic should have said. */
    final double[][] target;
    /** Per episode: FLOPs over mean full depth, and what the answer was worth. */
    final double[] ratio;

    final double[] kept;

    Rollout(int count, int steps) {
        super(count, steps);
        log = new double[steps][count][];
        advantage = new double[steps][count][];
        value = new double[steps][count];
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
                earned = end >= 0 ? walk.worth(end, row) : 0;
            }
            return scales[bucket] * (keptWeight * earned - prices[bucket] * paid);
        }
    }

    /**
     * Walks all episodes, whose rows and buckets are set, with actions drawn from the policy.
     *
     * @param lambda of the generalised advantages; nothing is discounted
     */
    void walk(Network network, Walk walk, double[] budgets, Rewards rewards, double lambda, SplittableRandom random) {
        Survey survey = new Survey(network, walk, budgets, rewards, lambda);
        for (int first = 0; first < count; first += CHUNK) {
            int some = Math.min(CHUNK, count - first);
            survey.look(first, some);
            for (int i = 0; i < some; i++) {
                draw(survey, walk, first + i, i, random);
            }
        }
        normalise(walk, budgets.length);
    }

    private void draw(Survey survey, Walk walk, int e, int i, SplittableRandom random) {
        int at = 0;
        for (int t = 0; ; t++) {
            double[] chances = survey.log[at][i];
            int chosen = chances.length - 1;
            double left = random.nextDouble();
            for (int a = 0; a < chances.length - 1; a++) {
                left -= Math.exp(chances[a]);
                if (left < 0) {
                    chosen = a;
                    break;
                }
            }
            node[t][e] = at;
            action[t][e] = chosen;
            log[t][e] = chances.clone();
            advantage[t][e] = survey.advantage[at][i].clone();
            value[t][e] = survey.value[at][i];
            target[t][e] = survey.value[at][i] + survey.mean[at][i];
            int next = walk.targets[at][chosen];
            int end = next == Walk.STOP ? at : walk.isLeaf(next) ? next : -1;
            if (end >= 0) {
                length[e] = t + 1;
                ratio[e] = walk.paidToAnswer(end, row[e]);
                kept[e] = walk.worth(end, row[e]);
                return;
            }
            at = next;
        }
    }

    /** The policy at every place of the trie for a chunk of episodes. */
    private final class Survey {
        private final Network network;
        private final Walk walk;
        private final double[] budgets;
        private final Rewards rewards;
        private final double lambda;
        private final Network.Step[] steps;
        /** By node and place in the chunk. */
        final double[][][] log;

        final double[][][] advantage;
        final double[][] value;
        /** The mean of the advantages over the actions as the policy takes them. */
        final double[][] mean;

        Survey(Network network, Walk walk, double[] budgets, Rewards rewards, double lambda) {
            this.network = network;
            this.walk = walk;
            this.budgets = budgets;
            this.rewards = rewards;
            this.lambda = lambda;
            int nodes = walk.actions.length;
            steps = new Network.Step[nodes];
            log = new double[nodes][][];
            advantage = new double[nodes][][];
            value = new double[nodes][];
            mean = new double[nodes][];
            for (int node = 0; node < nodes; node++) {
                if (!walk.isLeaf(node)) {
                    steps[node] = new Network.Step(network, CHUNK);
                    log[node] = new double[CHUNK][walk.actions[node].length];
                    advantage[node] = new double[CHUNK][walk.actions[node].length];
                    value[node] = new double[CHUNK];
                    mean[node] = new double[CHUNK];
                }
            }
        }

        void look(int first, int some) {
            for (PathTrie.Node place : walk.outcomes.trie().nodes()) {
                int node = place.index();
                if (walk.isLeaf(node)) {
                    continue;
                }
                Network.Step step = steps[node];
                step.rows = some;
                for (int i = 0; i < some; i++) {
                    walk.observe(node, row[first + i], budgets[bucket[first + i]], step.x, i * network.features);
                }
                if (node > 0) {
                    Network.Step before = steps[place.parent()];
                    System.arraycopy(before.h, 0, step.hBefore, 0, some * network.hidden);
                    System.arraycopy(before.c, 0, step.cBefore, 0, some * network.hidden);
                }
                network.forward(step);
                for (int i = 0; i < some; i++) {
                    logProbabilities(network, step, i, walk.actions[node], log[node][i]);
                    value[node][i] = network.value(step, i);
                }
            }
            for (int node = steps.length - 1; node >= 0; node--) {
                if (!walk.isLeaf(node)) {
                    for (int i = 0; i < some; i++) {
                        judge(node, first + i, i);
                    }
                }
            }
        }

        private void judge(int node, int e, int i) {
            double sum = 0;
            for (int a = 0; a < advantage[node][i].length; a++) {
                int next = walk.targets[node][a];
                double gain = rewards.of(node, next, row[e], bucket[e]) - value[node][i];
                if (next != Walk.STOP && !walk.isLeaf(next)) {
                    gain += value[next][i] + lambda * mean[next][i];
                }
                advantage[node][i][a] = gain;
                sum += Math.exp(log[node][i][a]) * gain;
            }
            mean[node][i] = sum;
        }
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
     * Brings advantages to mean 0 over the actions of a decision, and to deviation 1 over the decisions of each bucket, for
     * what is at stake differs by budget.
     */
    private void normalise(Walk walk, int buckets) {
        double[] squares = new double[buckets];
        double[] decisions = new double[buckets];
        for (int e = 0; e < count; e++) {
            for (int t = 0; t < length[e]; t++) {
                double[] here = advantage[t][e];
                double mean = 0;
                for (int a = 0; a < here.length; a++) {
                    mean += Math.exp(log[t][e][a]) * here[a];
                }
                double square = 0;
                for (int a = 0; a < here.length; a++) {
                    here[a] -= mean;
                    square += here[a] * here[a] / here.length;
                }
                if (walk.isChoice(node[t][e])) {
                    squares[bucket[e]] += square;
                    decisions[bucket[e]]++;
                }
            }
        }
        for (int e = 0; e < count; e++) {
            int b = bucket[e];
            double scale = 1 / Math.sqrt(Math.max(squares[b] / Math.max(1, decisions[b]), 1e-8));
            for (int t = 0; t < length[e]; t++) {
                for (int a = 0; a < advantage[t][e].length; a++) {
                    advantage[t][e][a] *= scale;
                }
            }
        }
    }
}
