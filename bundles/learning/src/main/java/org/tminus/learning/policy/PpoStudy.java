/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.policy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.tminus.learning.data.Groups;
import org.tminus.learning.outcome.Outcomes;
import org.tminus.learning.stats.Proportions;

/**
 * The same training from several seeds. The decision split is parted once into examples to train on and held-out ones; the
 * best round of each seed and the best seed are chosen by the latter, never by what is reported on later.
 *
 * @param runs by seed, in the order given
 * @param best the run of the highest held-out score
 * @param scoreMean mean of the held-out scores
 * @param scoreSpread their standard deviation
 * @param rewardMean mean of the held-out rewards ({@link PpoRun#reward})
 * @param rewardSpread their standard deviation
 */
public record PpoStudy(
        List<PpoRun> runs, PpoRun best, double scoreMean, double scoreSpread, double rewardMean, double rewardSpread) {
    /** Copies the list. */
    public PpoStudy {
        runs = List.copyOf(runs);
    }

    /**
     * Trains from every seed, one after the other.
     *
     * @param decision the decision split, whose examples stand each for itself
     * @param seeds at least one, such as 1, 2, 3
     */
    public static PpoStudy run(Outcomes decision, Loop loop, PpoOptions options, long[] seeds, PpoProgress progress) {
        int[][] parts = Groups.single(decision.rows()).heldOut(options.heldOutShare);
        PpoTrainer trainer = new PpoTrainer(decision.select(parts[0]), decision.select(parts[1]), loop, options);
        List<PpoRun> runs = new ArrayList<>();
        for (long seed : seeds) {
            runs.add(trainer.train(seed, progress));
        }
        double[] scores = runs.stream().mapToDouble(PpoRun::score).toArray();
        double[] rewards = runs.stream().mapToDouble(PpoRun::reward).toArray();
        return new PpoStudy(
                runs,
                runs.stream().max(Comparator.comparingDouble(PpoRun::score)).orElseThrow(),
                Proportions.mean(scores),
                Proportions.standardDeviation(scores),
                Proportions.mean(rewards),
                Proportions.standardDeviation(rewards));
    }
}
