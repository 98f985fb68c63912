/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.certificate;

/** Probabilities and bounds of the binomial distribution, without approximation by the normal one. */
public final class ExactBinomial {
    private static final int BISECTIONS = 60;
    private static final double NEGLIGIBLE = 1e-17;
    private static final double[] STIRLING = {1.0 / 12, -1.0 / 360, 1.0 / 1260, -1.0 / 1680, 1.0 / 1188};

    private ExactBinomial() {}

    /**
     * The probability of at most {@code successes} in {@code trials}.
     *
     * @param successes less than 0 gives 0
     * @param chance of one success, 0 to 1
     */
    public static double cdf(long successes, long trials, double chance) {
        if (trials < 0 || !(chance >= 0 && chance <= 1)) {
            throw new IllegalArgumentException(
                    "No binomial distribution has " + trials + " trials of chance " + chance);
        }
        if (successes < 0) {
            return 0;
        }
        if (successes >= trials || chance == 0) {
            return 1;
        }
        if (chance == 1) {
            return 0;
        }
        // The terms fall from here outwards, so that the sum is short and its error relative to the result.
        return successes < trials * chance
                ? Math.min(1, sumDown(successes, trials, chance))
                : Math.max(0, 1 - sumDown(trials - successes - 1, trials, 1 - chance));
    }

    private static double sumDown(long successes, long trials, double chance) {
        double odds = (1 - chance) / chance;
        double term = 1;
        double sum = 1;
        for (long k = successes; k > 0 && term > NEGLIGIBLE * sum; k--) {
            term *= odds * k / (trials - k + 1);
            sum += term;
        }
        return Math.exp(logProbability(successes, trials, chance) + Math.log(sum));
    }

    private static double logProbability(long successes, long trials, double chance) {
        return logFactorial(trials)
                - logFactorial(successes)
                - logFactorial(trials - successes)
                + successes * Math.log(chance)
                + (trials - successes) * Math.log1p(-chance);
    }

    /** Stirling's series for numbers from 10, the product below. */
    private static double logFactorial(long number) {
        if (number < 10) {
            double product = 1;
            for (int i = 2; i <= number; i++) {
                product *= i;
            }
            return Math.log(product);
        }
        double x = number + 1.0;
        double inverse = 1 / (x * x);
        double series = 0;
        for (int i = STIRLING.length - 1; i >= 0; i--) {
            series = series * inverse + STIRLING[i];
        }
        return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series / x;
    }

    /**
     * The upper bound of Clopper and Pearson: at least the true chance with probability {@code 1 - alpha}.
     *
     * @return 0 to 1
     */
    public static double upperBound(long successes, long trials, double alpha) {
        if (successes >= trials) {
            return 1;
        }
        double low = 0;
        double high = 1;
        for (int i = 0; i < BISECTIONS; i++) {
            double middle = (low + high) / 2;
            if (cdf(successes, trials, middle) <= alpha) {
                high = middle;
            } else {
                low = middle;
            }
        }
        return high;
    }

    /** The lower bound of Clopper and Pearson: at most the true chance with probability {@code 1 - alpha}. */
    public static double lowerBound(long successes, long trials, double alpha) {
        return 1 - upperBound(trials - successes, trials, alpha);
    }
}
