/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.policy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
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
     * @param decision the decision split
     * @param seeds at least one, such as 1, 2, 3
     */
    public static PpoStudy run(Outcomes decision, Loop loop, PpoOptions options, long[] seeds, PpoProgress progress) {
        int[][] parts = parts(decision.rows(), options.heldOutShare);
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

    /**
     * The rows of the decision split to train on, and the held-out ones; the same for every study of as many rows.
     *
     * @param heldOutShare between 0 and 1
     */
    public static int[][] parts(int rows, double heldOutShare) {
        int[] order = new int[rows];
        Arrays.setAll(order, i -> i);
        SplittableRandom random = new SplittableRandom(rows);
        for (int i = rows - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int kept = order[i];
            order[i] = order[j];
            order[j] = kept;
        }
        int held = Math.max(1, (int) Math.round(rows * heldOutShare));
        int[] heldOut = Arrays.copyOfRange(order, 0, held);
        int[] fit = Arrays.copyOfRange(order, held, rows);
        Arrays.sort(heldOut);
        Arrays.sort(fit);
        return new int[][] {fit, heldOut};
    }
}
