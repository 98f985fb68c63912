/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.certificate;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Says beforehand how many calibration inputs a promise needs, or which promise a number of inputs can bear. The exact
 * answers simulate calibration sets with the very p-value that will be used; the quick ones are formulas that are up to a
 * third off, mostly on the safe side.
 */
public final class Planning {
    /** What {@link #inputsNeeded} gives if not even {@value #MOST_INPUTS} inputs suffice. */
    public static final int NEVER = -1;

    /** The largest number of inputs that is tried. */
    public static final int MOST_INPUTS = 2_000_000;

    private static final int DRAWS = 200;
    private static final double CLOSE = 0.02;

    private Planning() {}

    /**
     * The probability that one operating point is certified.
     *
     * @param mean its expected mean loss
     * @param discordance its expected share of inputs with a loss other than 0; the mean itself for disagreement
     * @param draws how many calibration sets are simulated
     */
    public static double power(
            TestMethod method,
            double epsilon,
            double delta,
            int inputs,
            double mean,
            double discordance,
            int draws,
            long seed) {
        Losses population = Losses.of(mean, discordance);
        SplittableRandom random = new SplittableRandom(seed);
        int certified = 0;
        for (int draw = 0; draw < draws; draw++) {
            certified += method.pValue(population.draw(inputs, random), epsilon, delta) <= delta ? 1 : 0;
        }
        return (double) certified / draws;
    }

    /**
     * How many inputs certify a point with probability {@code power}, within about 2 %.
     *
     * @return {@link #NEVER} if {@value #MOST_INPUTS} do not
     */
    public static int inputsNeeded(
            TestMethod method, double epsilon, double delta, double mean, double discordance, double power, long seed) {
        if (mean >= epsilon) {
            return NEVER;
        }
        long guess = quickInputs(method, epsilon, delta, mean, discordance, power);
        int high = (int) Math.min(MOST_INPUTS, Math.max(16, guess));
        int low = 1;
        while (power(method, epsilon, delta, high, mean, discordance, DRAWS, seed) < power) {
            if (high >= MOST_INPUTS) {
                return NEVER;
            }
            low = high;
            high = Math.min(MOST_INPUTS, high + high / 4 + 1);
        }
        while (high - low > Math.max(1, CLOSE * high)) {
            int middle = low == 1 ? Math.max(2, (int) (high * 0.8)) : (low + high) >>> 1;
            if (power(method, epsilon, delta, middle, mean, discordance, DRAWS, seed) >= power) {
                high = middle;
            } else {
                low = middle;
            }
        }
        return high;
    }

    /**
     * The smallest epsilon that {@code inputs} certify with probability {@code power}: the quantile of the upper bounds of
     * simulated calibration sets.
     */
    public static double smallestEpsilon(
            TestMethod method, int inputs, double delta, double mean, double discordance, double power, long seed) {
        Losses population = Losses.of(mean, discordance);
        SplittableRandom random = new SplittableRandom(seed);
        double[] bounds = new double[DRAWS];
        for (int draw = 0; draw < DRAWS; draw++) {
            bounds[draw] = method.upperBound(population.draw(inputs, random), delta);
        }
        java.util.Arrays.sort(bounds);
        return bounds[(int) Math.min(DRAWS - 1, Math.ceil(power * DRAWS) - 1)];
    }

    /**
     * {@link #inputsNeeded} by formula: {@code variance * (z(delta) + z(power))^2 / (epsilon - mean)^2}, and a term for few
     * losses. On discordant inputs, epsilon shrinks by as much as the bound of the discordance lies above it.
     */
    public static long quickInputs(
            TestMethod method, double epsilon, double delta, double mean, double discordance, double power) {
        if (mean >= epsilon) {
            return NEVER;
        }
        double variance = Losses.of(mean, discordance).variance();
        double z = level(method, delta) + quantile(power);
        long inputs = needed(variance, z, epsilon - mean, delta);
        if (method != TestMethod.EXACT_DISCORDANT) {
            return inputs;
        }
        double nuisance = quantile(1 - delta / 10);
        for (int i = 0; i < 30; i++) {
            double bound =
                    discordance + nuisance * Math.sqrt(discordance / inputs) + nuisance * nuisance / (2.0 * inputs);
            double gap = Math.max(epsilon * discordance / bound - mean, (epsilon - mean) / 10);
            inputs = (inputs + (long) Math.ceil(variance * z * z / (gap * gap))) / 2;
        }
        return inputs;
    }

    private static long needed(double variance, double z, double gap, double delta) {
        return (long) Math.ceil(variance * z * z / (gap * gap) + Math.log(1 / delta) / gap);
    }

    /** {@link #smallestEpsilon} by formula. */
    public static double quickEpsilon(
            TestMethod method, int inputs, double delta, double mean, double discordance, double power) {
        double low = mean;
        double high = 1 + Math.max(0, mean);
        for (int i = 0; i < 50; i++) {
            double middle = (low + high) / 2;
            if (quickInputs(method, middle, delta, mean, discordance, power) <= inputs) {
                high = middle;
            } else {
                low = middle;
            }
        }
        return Math.min(1, high);
    }

    /** What can be promised with some inputs, in words; «not certifiable with n = ...» if the wanted promise cannot. */
    public static String sentence(
            Risk risk, double epsilon, double delta, int inputs, double mean, double discordance, long seed) {
        TestMethod method = risk.defaultMethod();
        double power = power(method, epsilon, delta, inputs, mean, discordance, DRAWS, seed);
        if (power >= 0.5) {
            return String.format(
                    Locale.ROOT,
                    "n = %d certifies %s of at most %s points with probability %.2f.",
                    inputs,
                    risk.key(),
                    trim(100 * epsilon),
                    power);
        }
        int needed = inputsNeeded(method, epsilon, delta, mean, discordance, 0.8, seed);
        return String.format(
                Locale.ROOT,
                "Not certifiable with n = %d: %s of at most %s points would be certified with probability %.2f; %s;"
                        + " this n can certify %s points.",
                inputs,
                risk.key(),
                trim(100 * epsilon),
                power,
                needed == NEVER
                        ? "no number of inputs up to " + MOST_INPUTS + " suffices at a mean of " + trim(100 * mean)
                                + " points"
                        : "n = " + needed + " would be needed",
                trim(100 * smallestEpsilon(method, inputs, delta, mean, discordance, 0.8, seed)));
    }

    /** The number of standard deviations that a rejection takes. */
    private static double level(TestMethod method, double delta) {
        return method == TestMethod.BETTING ? Math.sqrt(2 * Math.log(1 / delta)) : quantile(1 - delta);
    }

    /** The quantile of the standard normal distribution, by bisection on its distribution function. */
    static double quantile(double probability) {
        double low = -8;
        double high = 8;
        for (int i = 0; i < 60; i++) {
            double middle = (low + high) / 2;
            if (normal(middle) < probability) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return (low + high) / 2;
    }

    /** Abramowitz and Stegun 26.2.17, error below 1e-7. */
    private static double normal(double x) {
        double t = 1 / (1 + 0.2316419 * Math.abs(x));
        double series =
                t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
        double tail = Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI) * series;
        return x > 0 ? 1 - tail : tail;
    }

    /** Three significant digits, no trailing zeros. */
    static String trim(double value) {
        BigDecimal rounded = new BigDecimal(value).round(new MathContext(3));
        return rounded.signum() == 0 ? "0" : rounded.stripTrailingZeros().toPlainString();
    }
}
