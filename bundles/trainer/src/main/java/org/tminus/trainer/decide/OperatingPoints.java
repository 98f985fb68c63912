/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.decide;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Chooses operating points on the decision split. */
public final class OperatingPoints {
    /** How much accuracy a level may lose against full depth, by name, from the safest. */
    public enum Level {
        /** Nothing. */
        SAFE("safe", 0),
        /** 0.15 points; the default. */
        BALANCED("balanced", 0.0015),
        /** One point. */
        LEAN("lean", 0.01);

        private final String label;
        private final double loss;

        Level(String label, double loss) {
            this.label = label;
            this.loss = loss;
        }

        /** Name as it appears in model files. */
        public String label() {
            return label;
        }
    }

    private static final int GRID = 400;
    /** How many safer neighbours must hold as well, so that a lucky dip in the noise is not chosen. */
    private static final int GUARD = 8;

    private OperatingPoints() {}

    /**
     * Chooses for each policy and level the cheapest setting that keeps the accuracy; the best adaptive setting of a level is
     * also listed under the level's own name.
     */
    public static List<Point> choose(PolicySimulator simulator) {
        List<Point> points = new ArrayList<>();
        for (Level level : Level.values()) {
            double floor = simulator.fullDepthAccuracy() - level.loss;
            List<Point> adaptive = new ArrayList<>();
            schedules(simulator.menu()).stream()
                    .flatMap(schedule ->
                            byThreshold(simulator, "confidence", Map.of("checkpoints", schedule), floor).stream())
                    .min(Comparator.comparingDouble(Point::flopsRatio))
                    .ifPresent(adaptive::add);
            if (simulator.hasPredictor()) {
                byThreshold(simulator, "budget", Map.of(), floor).ifPresent(adaptive::add);
            }
            adaptive.stream()
                    .min(Comparator.comparingDouble(Point::flopsRatio))
                    .ifPresent(best -> points.add(best.named(level.label)));
            adaptive.forEach(point -> points.add(point.named(point.policy() + "-" + level.label)));
            points.add(fixed(simulator, floor).named("fixed-" + level.label));
            points.add(random(simulator, floor).named("random-" + level.label));
        }
        return points;
    }

    /**
     * Where {@code confidence} may stop: after 1, 2, 4, … layers, or after every second one. A checkpoint costs the device
     * two calls whether the input stops there or not, so a stop after each layer would make hard inputs slow; and of few
     * schedules none is chosen by luck.
     */
    private static List<List<String>> schedules(PathMenu menu) {
        List<String> doubling = new ArrayList<>();
        List<String> everySecond = new ArrayList<>();
        for (int index = 0; index < menu.size() - 1; index++) {
            int layers = menu.exit(index) + 1;
            if (Integer.bitCount(layers) == 1) {
                doubling.add(PathMenu.layerBefore(menu.exit(index)));
            }
            if (layers % 2 == 0) {
                everySecond.add(PathMenu.layerBefore(menu.exit(index)));
            }
        }
        return List.of(doubling, everySecond);
    }

    private static Optional<Point> byThreshold(
            PolicySimulator simulator, String policy, Map<String, Object> others, double floor) {
        double[] thresholds = new double[GRID];
        for (int i = 0; i < GRID; i++) {
            // From just below 1 to about 0.27, dense where it matters: near 1.
            double x = 7.0 - 8.0 * i / (GRID - 1);
            thresholds[i] = round(1 / (1 + Math.exp(-x)));
        }
        Point best = null;
        int holding = GUARD;
        for (double threshold : thresholds) {
            Map<String, Object> parameters = new HashMap<>(others);
            parameters.put("threshold", threshold);
            Point point = simulator.run("", policy, parameters);
            holding = point.accuracy() >= floor - 1e-12 ? holding + 1 : 0;
            if (holding > GUARD && (best == null || point.flopsRatio() < best.flopsRatio())) {
                best = point;
            }
        }
        return Optional.ofNullable(best);
    }

    /** Six digits, so that what is written and read again is the same number. */
    private static double round(double value) {
        return Math.round(value * 1e6) / 1e6;
    }

    private static Point fixed(PolicySimulator simulator, double floor) {
        for (int index = 0; index < simulator.menu().size() - 1; index++) {
            Point point = simulator.run("", "fixed", Map.of("menuIndex", index));
            if (point.accuracy() >= floor) {
                return point;
            }
        }
        return simulator.run("", "fixed", Map.of("menuIndex", simulator.menu().size() - 1));
    }

    /** The cheapest mixture of two paths that keeps the accuracy in the mean. */
    private static Point random(PolicySimulator simulator, double floor) {
        int size = simulator.menu().size();
        Point best = simulator.run("", "random", weights(size, size - 1, size - 1, 1));
        for (int low = 0; low < size; low++) {
            double lowAccuracy =
                    simulator.run("", "fixed", Map.of("menuIndex", low)).accuracy();
            for (int high = low; high < size; high++) {
                double highAccuracy =
                        simulator.run("", "fixed", Map.of("menuIndex", high)).accuracy();
                if (highAccuracy < floor) {
                    continue;
                }
                double share = lowAccuracy >= floor ? 0 : (floor - lowAccuracy) / (highAccuracy - lowAccuracy);
                Point point = simulator.run("", "random", weights(size, low, high, Math.ceil(share * 1e4) / 1e4));
                if (point.flopsRatio() < best.flopsRatio()) {
                    best = point;
                }
            }
        }
        return best;
    }

    private static Map<String, Object> weights(int size, int low, int high, double share) {
        Double[] weights = new Double[size];
        Arrays.fill(weights, 0.0);
        weights[low] += 1 - share;
        weights[high] += share;
        return Map.of("weights", List.of(weights));
    }
}
