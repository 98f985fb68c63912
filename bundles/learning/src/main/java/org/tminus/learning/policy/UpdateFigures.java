/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.policy;

import java.util.List;

/**
 * What one round of PPO did; a list of these is the training's curve.
 *
 * @param update counted from 0
 * @param reward mean of an episode: kept answer less what was paid, unscaled
 * @param quality share of kept answers of the sampled episodes
 * @param flopsRatio their mean FLOPs over full depth
 * @param kl how far the policy moved, in nats per decision
 * @param entropy mean over decisions, over that of a uniform choice: 0 to 1
 * @param clipFraction share of decisions whose change was clipped
 * @param valueLoss mean squared error of the critic, in scaled reward
 * @param prices per budget what a full depth of FLOPs cost in this round
 * @param ratios per budget the mean FLOPs ratio
 * @param qualities per budget the share of kept answers
 */
public record UpdateFigures(
        int update,
        double reward,
        double quality,
        double flopsRatio,
        double kl,
        double entropy,
        double clipFraction,
        double valueLoss,
        List<Double> prices,
        List<Double> ratios,
        List<Double> qualities) {
    /** Copies the lists. */
    public UpdateFigures {
        prices = List.copyOf(prices);
        ratios = List.copyOf(ratios);
        qualities = List.copyOf(qualities);
    }
}
