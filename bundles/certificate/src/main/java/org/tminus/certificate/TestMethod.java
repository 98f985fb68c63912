/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.certificate;

/**
 * A way to test the hypothesis that the mean loss is greater than epsilon. Each is valid for every sample size, provided
 * that the inputs are independent draws of one population and that method, epsilon, delta and the order of the losses
 * were fixed before the losses were seen. All methods are pure functions.
 */
public enum TestMethod {
    /**
     * A test by betting, for losses of -1, 0 and 1. Capital starts at 1 and is multiplied by
     * {@code 1 + bet * (epsilon - loss)} per input; each bet is fixed from the inputs before. If the mean loss is greater
     * than epsilon, capital is a non-negative supermartingale, so that it ever reaches {@code 1/p} with probability at most
     * p (Ville's inequality), and the reciprocal of its maximum is a p-value. See Waudby-Smith and Ramdas, "Estimating
     * means of bounded random variables by betting", JRSS B 2024 (arXiv 2010.09686), section 4, for the losses rescaled to
     * [0, 1]; the bets are its predictable plug-in for a fixed number of inputs, {@code sqrt(2 ln(1/delta) / (n v))} with
     * v the variance so far, at most {@value #LARGEST_BET} (its equation 26 and what follows). For use in risk control see
     * Angelopoulos et al., "Learn then Test" (arXiv 2110.01052).
     */
    BETTING("betting-wsr") {
        @Override
        public double pValue(byte[] losses, double epsilon, double delta) {
            check(losses, epsilon, delta);
            double target = 2 * Math.log(1 / delta) / losses.length;
            double wealth = 1;
            double most = 1;
            double sum = 0;
            double squares = VARIANCE_PRIOR;
            for (int i = 0; i < losses.length; i++) {
                int loss = losses[i];
                double bet = Math.min(LARGEST_BET, Math.sqrt(target * (i + 1) / squares));
                wealth *= 1 + bet * (epsilon - loss);
                if (wealth > most) {
                    most = wealth;
                    if (most > ENOUGH) {
                        break;
                    }
                }
                sum += loss;
                double mean = sum / (i + 2);
                squares += (loss - mean) * (loss - mean);
            }
            return 1 / most;
        }
    },
    /**
     * Exact on the discordant inputs, for losses of -1, 0 and 1. With d the share of inputs whose loss is not 0, a mean loss
     * greater than epsilon says that a discordant input is a loss (rather than a gain) with probability greater than
     * {@code 1/2 + epsilon/(2 d)}. Given their number, the losses among them are binomial: McNemar's conditioning, here
     * with a margin. As d is not known, its upper Clopper-Pearson bound at a tenth of delta stands in for it, and that
     * tenth is added to the p-value: if the bound holds the binomial tail is a valid p-value, and it fails with
     * probability at most delta/10. This is the bound of Berger and Boos, "P values maximized over a confidence set for
     * the nuisance parameter", JASA 89 (1994), section 2. The order of the inputs does not matter.
     */
    EXACT_DISCORDANT("exact-discordant") {
        @Override
        public double pValue(byte[] losses, double epsilon, double delta) {
            check(losses, epsilon, delta);
            long discordant = 0;
            long lost = 0;
            for (byte loss : losses) {
                discordant += loss == 0 ? 0 : 1;
                lost += loss > 0 ? 1 : 0;
            }
            double share = delta / 10;
            double bound = ExactBinomial.upperBound(discordant, losses.length, share);
            if (bound <= epsilon) {
                // A mean loss above epsilon would need more discordance than that.
                return share;
            }
            double chance = 0.5 + epsilon / (2 * bound);
            return Math.min(1, share + ExactBinomial.cdf(lost, discordant, Math.min(1, chance)));
        }
    },
    /**
     * Exact for losses of 0 and 1: the binomial probability, at a mean loss of epsilon, of as few losses as there are.
     * Turned round it is the bound of Clopper and Pearson, Biometrika 26 (1934). The order of the inputs does not matter.
     */
    EXACT_BINOMIAL("exact-binomial") {
        @Override
        public double pValue(byte[] losses, double epsilon, double delta) {
            check(losses, epsilon, delta);
            long lost = 0;
            for (byte loss : losses) {
                if (loss < 0) {
                    throw new IllegalArgumentException("The exact binomial test takes losses of 0 and 1, got " + loss);
                }
                lost += loss;
            }
            return ExactBinomial.cdf(lost, losses.length, epsilon);
        }
    };

    /** No bet may lose more than this share of the capital at once, or one early loss would end the test. */
    static final double LARGEST_BET = 0.75;

    /** Stands for the variance before there is data; a quarter of the squared range, for the losses rescaled to [0, 1]. */
    private static final double VARIANCE_PRIOR = 1;

    private static final double ENOUGH = 1e250;
    private static final int BISECTIONS = 40;

    private final String key;

    TestMethod(String key) {
        this.key = key;
    }

    /** The name in model files and reports. */
    public String key() {
        return key;
    }

    /**
     * The p-value of the hypothesis that the mean loss is greater than epsilon.
     *
     * @param losses per input, in an order that does not depend on them; see {@link LossMatrix}
     * @param epsilon 0 to 1
     * @param delta the level that the p-value will be compared with, above 0 and below 1: bets and nuisance bounds are
     *     tuned to it, the p-value is valid at every level
     * @return above 0, at most 1
     * @throws IllegalArgumentException for no losses, or values out of range
     */
    public abstract double pValue(byte[] losses, double epsilon, double delta);

    /**
     * The smallest epsilon at which the hypothesis would be rejected: a bound that is at least the mean loss with
     * probability 1 - delta, for one operating point that was named beforehand.
     *
     * @return 0 to 1
     */
    public double upperBound(byte[] losses, double delta) {
        if (pValue(losses, 0, delta) <= delta) {
            return 0;
        }
        double low = 0;
        double high = 1;
        for (int i = 0; i < BISECTIONS; i++) {
            double middle = (low + high) / 2;
            if (pValue(losses, middle, delta) <= delta) {
                high = middle;
            } else {
                low = middle;
            }
        }
        return high;
    }

    /** @throws IllegalArgumentException for any other name */
    public static TestMethod of(String key) {
        for (TestMethod method : values()) {
            if (method.key.equals(key)) {
                return method;
            }
        }
        throw new IllegalArgumentException("There is no test method '" + key + "'");
    }

    private static void check(byte[] losses, double epsilon, double delta) {
        if (losses.length == 0) {
            throw new IllegalArgumentException("There are no losses");
        }
        Levels.check(epsilon, delta);
        for (byte loss : losses) {
            if (loss < -1 || loss > 1) {
                throw new IllegalArgumentException("A loss is -1, 0 or 1, got " + loss);
            }
        }
    }
}
