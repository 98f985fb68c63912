/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.baseline;

import java.util.SplittableRandom;
import org.tminus.learning.outcome.Choices;
import org.tminus.learning.outcome.Outcomes;

/**
 * One of two paths by chance, whatever the input.
 *
 * @param low menu index of the cheaper path
 * @param high menu index of the costlier path
 * @param share chance of the costlier one, 0 to 1
 * @param seed of the draws; the same seed draws the same for the same number of examples
 */
public record RandomMixture(int low, int high, double share, long seed) implements Decider {
    /** Checks the chance. */
    public RandomMixture {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException("A chance is between 0 and 1, not " + share);
        }
    }

    /** The best mixture of the menu's paths that costs a given share of full depth in the mean of the decision split. */
    public static RandomMixture forRatio(Outcomes decision, double flopsRatio, long seed) {
        Family family = FixedPath.family(decision);
        Hull hull = family.hull();
        int low = path(family, hull.members().get(0));
        int high = low;
        double share = 0;
        double before = hull.members().get(0).flopsRatio();
        for (Hull.Member member : hull.members()) {
            if (member.flopsRatio() > flopsRatio) {
                high = path(family, member);
                share = Math.max(0, (flopsRatio - before) / (member.flopsRatio() - before));
                break;
            }
            low = path(family, member);
            high = low;
            before = member.flopsRatio();
        }
        return new RandomMixture(low, high, high == low ? 0 : share, seed);
    }

    private static int path(Family family, Hull.Member member) {
        return (int) family.settings().get(Integer.parseInt(member.name())).parameter();
    }

    @Override
    public Choices decide(Outcomes outcomes) {
        SplittableRandom random = new SplittableRandom(seed);
        int[] paths = new int[outcomes.rows()];
        double[] flops = new double[paths.length];
        for (int row = 0; row < paths.length; row++) {
            paths[row] = random.nextDouble() < share ? high : low;
            flops[row] = outcomes.flops(paths[row], row);
        }
        return new Choices(outcomes, paths, flops);
    }

    /** Without the noise of drawing. */
    public Expected expected(Outcomes outcomes) {
        return Expected.of(new FixedPath(low).decide(outcomes))
                .mixedWith(Expected.of(new FixedPath(high).decide(outcomes)), share);
    }
}
