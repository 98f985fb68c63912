/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.certificate;

/**
 * Watches whether answers still agree with full depth: tests that the share of disagreement is at most a limit, valid
 * whenever one looks. Under that hypothesis the alarm ever comes with probability at most delta, however long it runs.
 *
 * <p>For a rate above the limit the likelihood ratio of one answer against the limit has a mean of at most 1 under the
 * hypothesis, so products of them are test supermartingales. This is the average of such products over {@value #RATES}
 * rates and over the moment at which things changed for the worse (Shiryaev's mixture, with a prior that falls slowly), so
 * that a change after a million good answers is found nearly as fast as one at once. An average of supermartingales is one;
 * Ville's inequality bounds the alarms. See Ramdas et al., "Game-theoretic statistics and safe anytime-valid inference",
 * Statistical Science 2023 (arXiv 2210.01948), sections 2 and 5; Waudby-Smith and Ramdas (arXiv 2010.09686), section 4.
 *
 * <p>Safe for several threads; memory does not grow.
 */
public final class SequentialTest {
    private static final int RATES = 12;

    private static final double SMALLEST_LIMIT = 1e-6;
    private static final double ENOUGH = 1e250;

    /**
     * What the test has seen.
     *
     * @param observed the number of answers
     * @param disagreed how many differed from full depth
     * @param evidence the capital now; 1 at the beginning
     * @param rejected whether the capital has reached {@code 1/delta} at any time: this stays
     */
    public record State(double limit, double delta, long observed, long disagreed, double evidence, boolean rejected) {}

    private final double limit;
    private final double delta;
    private final double[] forDisagreement = new double[RATES];
    private final double[] forAgreement = new double[RATES];
    private final double[] capital = new double[RATES];
    private long observed;
    private long disagreed;
    private double evidence = 1;
    private boolean rejected;

    /**
     * Begins a test.
     *
     * @param limit the largest share of disagreement that is as promised, 0 to 1; 1 is never rejected, 0 is taken for one
     *     in a million
     * @param delta the probability of a false alarm, above 0 and below 1
     */
    public SequentialTest(double limit, double delta) {
        Levels.check(limit, delta);
        this.limit = limit;
        this.delta = delta;
        double tested = Math.min(1 - SMALLEST_LIMIT, Math.max(limit, SMALLEST_LIMIT));
        for (int i = 0; i < RATES; i++) {
            // The odds of the rates: from 1.15 times those of the limit up to a hundred times.
            double odds = tested / (1 - tested) * 1.15 * Math.pow(1.5, i);
            double rate = odds / (1 + odds);
            forDisagreement[i] = rate / tested;
            forAgreement[i] = (1 - rate) / (1 - tested);
        }
    }

    /**
     * Takes one answer. Which answers are taken must not depend on the input, on what was answered or on the load.
     *
     * @return whether the test has rejected, now or before
     */
    public synchronized boolean observe(boolean agrees) {
        double before = waiting(observed);
        observed++;
        disagreed += agrees ? 0 : 1;
        double starting = (before - waiting(observed)) / RATES;
        double sum = 0;
        for (int i = 0; i < RATES; i++) {
            double ratio = agrees ? forAgreement[i] : forDisagreement[i];
            capital[i] = Math.min(ENOUGH, (capital[i] + starting) * ratio);
            sum += capital[i];
        }
        evidence = sum + waiting(observed);
        rejected |= evidence >= 1 / delta && limit < 1;
        return rejected;
    }

    /** The share of the capital that is kept for changes after so many answers. */
    private static double waiting(long answers) {
        return 1 / (1 + Math.log1p((double) answers));
    }

    public synchronized boolean isRejected() {
        return rejected;
    }

    public synchronized State state() {
        return new State(limit, delta, observed, disagreed, evidence, rejected);
    }
}
