/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.certificate;

import java.util.SplittableRandom;

/** A population of losses: 1 with one probability, -1 with another, else 0. */
record Losses(double lost, double won) {
    /** @throws IllegalArgumentException if no population has these figures */
    static Losses of(double mean, double discordance) {
        double lost = (discordance + mean) / 2;
        double won = (discordance - mean) / 2;
        if (!(lost >= -1e-12 && won >= -1e-12 && discordance <= 1)) {
            throw new IllegalArgumentException(
                    "No losses have mean " + mean + " and differ from 0 in a share of " + discordance);
        }
        return new Losses(Math.max(0, lost), Math.max(0, won));
    }

    double mean() {
        return lost - won;
    }

    double discordance() {
        return lost + won;
    }

    double variance() {
        return discordance() - mean() * mean();
    }

    byte[] draw(int inputs, SplittableRandom random) {
        byte[] losses = new byte[inputs];
        double any = discordance();
        if (any <= 0) {
            return losses;
        }
        double log = any < 1 ? Math.log1p(-any) : Double.NEGATIVE_INFINITY;
        double share = lost / any;
        // From one input that differs from 0 to the next: the gaps are geometric.
        for (double at = gap(random, log); at < inputs; at += 1 + gap(random, log)) {
            losses[(int) at] = (byte) (random.nextDouble() < share ? 1 : -1);
        }
        return losses;
    }

    private static double gap(SplittableRandom random, double log) {
        return Math.floor(Math.log(1 - random.nextDouble()) / log);
    }
}
