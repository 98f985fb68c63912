/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.certificate;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Two checks that the promises hold: on simulated populations whose risk is known, and by splitting real data anew. */
public final class Validity {
    private static final double JUST_ABOVE = 1.02;
    private static final double SIGNIFICANT = 1.6448536269514722;
    /** The risks of a sequence of points, over epsilon. */
    private static final double[] SEQUENCE = {-0.5, 0.2, 0.6, 1, 1.02, 1.5};
    /** How many of them a certificate may hold. */
    private static final int GOOD = 3;

    private static final int REPORTED = 10;

    /**
     * How often something false was certified.
     *
     * @param population what was drawn from
     * @param rate share of draws in which a point with a risk of epsilon or more was certified
     */
    public record PopulationRate(String population, double rate) {}

    /**
     * What simulating gave.
     *
     * @param rate the largest violation rate of any population
     * @param limit delta and three binomial standard errors
     * @param draws calibration sets drawn per population
     */
    public record Simulation(double rate, double limit, int draws, List<PopulationRate> populations) {
        /** Copies the list. */
        public Simulation {
            populations = List.copyOf(populations);
        }

        /** Whether no population had more violations than chance explains. */
        public boolean holds() {
            return rate <= limit;
        }
    }

    /**
     * What splitting anew gave. Certifying nothing violates nothing, so both numbers belong together.
     *
     * @param times how often data were split
     * @param certifiedIn how many splits certified a point
     * @param violationsIn how many of these had a certified point whose held-out loss exceeds epsilon by more than its own
     *     noise explains
     */
    public record Resplits(int times, int certifiedIn, int violationsIn) {}

    /** Hears how far a check is, from the thread that does it; what it throws ends the check. */
    @FunctionalInterface
    public interface Progress {
        /** Hears nothing. */
        Progress NONE = (done, total) -> {};

        /**
         * Called after some of the draws or splits.
         *
         * @param done so far
         * @param total of how many
         */
        void at(int done, int total);
    }

    private Validity() {}

    /**
     * Certifies fresh draws of populations whose risk is epsilon (any certificate then counts as false, though the promise
     * just holds) and just above it, from hardly any discordance to nothing but discordance, and of sequences of points
     * of which only the first ones are good.
     *
     * @param inputs per draw
     * @param draws per population, 2,000 or more for a verdict
     */
    public static Simulation simulate(
            Risk risk,
            TestMethod method,
            int inputs,
            double epsilon,
            double delta,
            int draws,
            long seed,
            Progress progress) {
        List<Losses> populations = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (double mean : new double[] {epsilon, epsilon * JUST_ABOVE}) {
            double[] discordances = risk == Risk.DISAGREEMENT ? new double[] {mean} : discordances(mean);
            for (double discordance : discordances) {
                populations.add(Losses.of(mean, discordance));
                names.add("mean " + Planning.trim(mean) + ", discordance " + Planning.trim(discordance));
            }
        }
        List<PopulationRate> rates = new ArrayList<>();
        SplittableRandom seeds = new SplittableRandom(seed);
        // A sequence draws for each of its points.
        int total = draws * (populations.size() + SEQUENCE.length);
        for (int i = 0; i < populations.size(); i++) {
            SplittableRandom random = seeds.split();
            int violations = 0;
            for (int draw = 0; draw < draws; draw++) {
                violations += method.pValue(populations.get(i).draw(inputs, random), epsilon, delta) <= delta ? 1 : 0;
                report(progress, i * draws + draw, total);
            }
            rates.add(new PopulationRate(names.get(i), (double) violations / draws));
        }
        int violations = 0;
        SplittableRandom random = seeds.split();
        for (int draw = 0; draw < draws; draw++) {
            violations += isViolated(risk, method, inputs, epsilon, delta, random) ? 1 : 0;
            report(progress, draws * populations.size() + draw * SEQUENCE.length, total);
        }
        rates.add(new PopulationRate("sequence of 6 points, 3 good", (double) violations / draws));
        double rate = rates.stream().mapToDouble(PopulationRate::rate).max().orElse(0);
        double limit = delta + 3 * Math.sqrt(delta * (1 - delta) / draws);
        return new Simulation(rate, limit, draws, rates);
    }

    private static double[] discordances(double mean) {
        return new double[] {mean, Math.min(1, 1.5 * mean), Math.min(1, 4 * mean), Math.max(mean, 0.1), 1};
    }

    private static void report(Progress progress, int done, int total) {
        if (done % REPORTED == 0) {
            progress.at(done, total);
        }
    }

    /** Draws for six points of growing risk; the fourth has exactly epsilon, so a fourth certificate is false. */
    private static boolean isViolated(
            Risk risk, TestMethod method, int inputs, double epsilon, double delta, SplittableRandom random) {
        byte[][] losses = new byte[SEQUENCE.length][];
        for (int point = 0; point < SEQUENCE.length; point++) {
            double share = risk == Risk.DISAGREEMENT ? Math.max(0, SEQUENCE[point]) : SEQUENCE[point];
            double mean = share * epsilon;
            losses[point] = Losses.of(mean, risk == Risk.DISAGREEMENT ? mean : Math.min(1, 3 * epsilon))
                    .draw(inputs, random);
        }
        return Certifier.count(losses, epsilon, delta, method) > GOOD;
    }

    /** {@link #resplits(LossMatrix, double, double, TestMethod, double, int, long, Progress)} in halves, by the default method. */
    public static Resplits resplits(
            LossMatrix all, double epsilon, double delta, int times, long seed, Progress progress) {
        return resplits(all, epsilon, delta, all.risk().defaultMethod(), 0.5, times, seed, progress);
    }

    /**
     * Splits the inputs again and again at random, certifies on one part and looks at the other. A held-out loss has noise
     * of its own, so it counts as a violation only if it is above epsilon by more than 1.645 of its standard errors.
     *
     * @param all calibration and held-out inputs together
     * @param calibrationShare the part that is certified on, above 0 and below 1
     */
    public static Resplits resplits(
            LossMatrix all,
            double epsilon,
            double delta,
            TestMethod method,
            double calibrationShare,
            int times,
            long seed,
            Progress progress) {
        int inputs = all.inputs();
        int calibration = (int) Math.round(inputs * calibrationShare);
        if (calibration < 1 || calibration >= inputs) {
            throw new IllegalArgumentException(
                    "A share of " + calibrationShare + " of " + inputs + " inputs leaves nothing on one side");
        }
        byte[][] losses = all.raw();
        SplittableRandom random = new SplittableRandom(seed);
        int[] order = new int[inputs];
        java.util.Arrays.setAll(order, i -> i);
        byte[] part = new byte[calibration];
        int certifiedIn = 0;
        int violationsIn = 0;
        for (int time = 0; time < times; time++) {
            shuffle(order, random);
            boolean certified = false;
            boolean violated = false;
            for (byte[] point : losses) {
                for (int i = 0; i < calibration; i++) {
                    part[i] = point[order[i]];
                }
                if (method.pValue(part, epsilon, delta) > delta) {
                    break;
                }
                certified = true;
                violated |= exceeds(point, order, calibration, epsilon);
            }
            certifiedIn += certified ? 1 : 0;
            violationsIn += violated ? 1 : 0;
            report(progress, time, times);
        }
        return new Resplits(times, certifiedIn, violationsIn);
    }

    private static boolean exceeds(byte[] losses, int[] order, int from, double epsilon) {
        int heldOut = order.length - from;
        double sum = 0;
        double squares = 0;
        for (int i = from; i < order.length; i++) {
            int loss = losses[order[i]];
            sum += loss;
            squares += loss * loss;
        }
        double mean = sum / heldOut;
        double error = Math.sqrt(Math.max(0, squares / heldOut - mean * mean) / heldOut);
        return mean - epsilon > SIGNIFICANT * error;
    }

    private static void shuffle(int[] order, SplittableRandom random) {
        for (int i = order.length - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            int kept = order[i];
            order[i] = order[other];
            order[other] = kept;
        }
    }
}
