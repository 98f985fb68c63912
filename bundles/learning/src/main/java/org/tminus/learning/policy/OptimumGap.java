/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.policy;

import org.tminus.learning.outcome.Basis;
import org.tminus.learning.outcome.Choices;
import org.tminus.learning.outcome.Outcomes;

/**
 * How far PPO stays behind the exact optimum of the same problem: the same examples, seen coarsely ({@link Discretised}), the
 * same price, the same network and costs. V is the mean of kept answer less price times FLOPs ratio. A gap of more than a
 * few percent names a fault of training, for the problem itself is solvable and the solution known.
 *
 * @param price quality that one full depth of FLOPs costs
 * @param states of the optimum's tree
 * @param optimum V*, exact
 * @param ppo V of the trained policy, greedy, on the same examples
 * @param fixed V of the best path for all examples: what can be had without deciding
 * @param gap (V* - V) / |V*|
 */
public record OptimumGap(double price, int states, double optimum, double ppo, double fixed, double gap) {

    /** Of what deciding can gain over the best fixed path, the share that PPO gains; 1 if there is nothing to gain. */
    public double shareOfGain() {
        return optimum - fixed < 1e-9 ? 1 : (ppo - fixed) / (optimum - fixed);
    }

    /**
     * Solves exactly and trains.
     *
     * @param decision examples of the decision split; some thousands on a menu of 3 to 6 paths are enough, and histories
     *     must repeat: bins to the power of places far below the number of examples
     * @param bins of the confidence per place, such as 3
     * @param options of the training; the price is set here
     */
    public static OptimumGap measure(
            Outcomes decision, Loop loop, double price, int bins, PpoOptions options, long seed) {
        return measure(decision, loop, price, bins, options, seed, PpoProgress.SILENT);
    }

    /** The same, which says how far the training is. */
    public static OptimumGap measure(
            Outcomes decision, Loop loop, double price, int bins, PpoOptions options, long seed, PpoProgress progress) {
        Outcomes coarse = Discretised.fit(decision, bins).apply(decision);
        Basis basis = options.basisFor(coarse);
        PpoOptions priced = options.toBuilder().fixedPrice(price).keptWeight(1).build();
        // Both are judged on the very examples that they are optimal for, so nothing is held out.
        PpoRun run = new PpoTrainer(coarse, coarse, loop, priced).train(seed, progress);
        LstmShape shape = run.policy().shape();
        TabularOptimum optimum = TabularOptimum.solve(coarse, shape, basis, price);
        Choices choices = run.policy().decide(coarse, 1);
        double ppo = basis.quality(choices) - price * choices.flopsRatio();
        double fixed = Double.NEGATIVE_INFINITY;
        Walk walk = new Walk(coarse, shape, basis);
        for (int path = 0; path < coarse.trie().menu().size(); path++) {
            int node = coarse.trie().end(path).index();
            double value = 0;
            for (int row = 0; row < coarse.rows(); row++) {
                value += walk.kept(node, row) - price * walk.paidToAnswer(node, row);
            }
            fixed = Math.max(fixed, value / coarse.rows());
        }
        double best = optimum.value();
        return new OptimumGap(price, optimum.states(), best, ppo, fixed, (best - ppo) / Math.max(1e-9, Math.abs(best)));
    }
}
