/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.decide;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tminus.learning.baseline.BudgetChoice;
import org.tminus.learning.baseline.ConfidenceExit;
import org.tminus.learning.baseline.Decider;
import org.tminus.learning.baseline.Expected;
import org.tminus.learning.baseline.Family;
import org.tminus.learning.baseline.FixedPath;
import org.tminus.learning.baseline.RandomMixture;
import org.tminus.learning.outcome.Basis;
import org.tminus.learning.outcome.Choices;
import org.tminus.learning.outcome.Outcomes;
import org.tminus.learning.outcome.PathTrie;

/**
 * Chooses operating points on the decision split: for each policy and level the cheapest setting that keeps the quality. The
 * cheapest adaptive one of a level is also listed under the level's own name.
 */
public final class PointChoice {
    /** How many safer neighbours must keep the quality in the mean, so that a lucky dip in the noise is not chosen. */
    private static final int GUARD = 4;

    private static final int BUDGET_THRESHOLDS = 200;
    private static final long MIXTURE_SEED = 1;

    private final Outcomes decision;
    private final List<String> layers;
    private final Basis basis;
    private final double full;

    /**
     * One setting of a policy.
     *
     * @param policy its name
     * @param parameters as model files have them
     * @param decider what it does
     */
    public record Setting(String policy, Map<String, Object> parameters, Decider decider) {
        /** Copies the parameters. */
        public Setting {
            parameters = Map.copyOf(parameters);
        }
    }

    /**
     * A chosen point and what decides there.
     *
     * @param point with its figures on the decision split
     * @param decider for other splits
     */
    public record Chosen(Point point, Decider decider) {}

    private record Measured(Setting setting, double flopsRatio, double quality, double accuracy) {
        Chosen named(String name) {
            Point point = new Point(name, setting.policy(), setting.parameters(), flopsRatio, accuracy);
            return new Chosen(point, setting.decider());
        }
    }

    /**
     * Prepares to choose.
     *
     * @param decision outcomes over the menu, with out-of-fold probabilities if there is a predictor
     * @param layers names of the layers, as model files have them
     */
    public PointChoice(Outcomes decision, List<String> layers) {
        this.decision = decision;
        this.layers = List.copyOf(layers);
        this.basis = Basis.of(decision);
        this.full =
                measure(fixed(decision).get(decision.trie().menu().size() - 1)).quality();
    }

    /** Accuracy of full depth; NaN without labels. */
    public double fullDepthAccuracy() {
        int last = decision.trie().menu().size() - 1;
        return decision.isLabelled() ? new FixedPath(last).decide(decision).accuracy() : Double.NaN;
    }

    private Measured measure(Setting setting) {
        Choices choices = setting.decider().decide(decision);
        return new Measured(
                setting,
                choices.flopsRatio(),
                basis.quality(choices),
                decision.isLabelled() ? choices.accuracy() : Double.NaN);
    }

    /**
     * Chooses.
     *
     * @param learned settings of further adaptive policies, by policy
     */
    public List<Chosen> choose(List<Level> levels, Map<String, List<Setting>> learned) {
        Map<String, List<Measured>> adaptive = new LinkedHashMap<>();
        adaptive.put("confidence", measured(confidence()));
        if (decision.complexityClasses() > 0) {
            adaptive.put("budget", measured(budget()));
        }
        learned.forEach((policy, settings) -> adaptive.put(policy, measured(settings)));
        List<Measured> fixed = measured(fixed(decision));
        List<Chosen> chosen = new ArrayList<>();
        for (Level level : levels) {
            double floor = full - level.loss();
            Map<String, Measured> best = new LinkedHashMap<>();
            adaptive.forEach((policy, settings) -> {
                Measured cheapest = keeping(settings, floor);
                if (cheapest != null) {
                    best.put(policy, cheapest);
                }
            });
            best.values().stream()
                    .min(Comparator.comparingDouble(Measured::flopsRatio))
                    .ifPresent(cheapest -> chosen.add(cheapest.named(level.name())));
            best.forEach((policy, cheapest) -> chosen.add(cheapest.named(policy + "-" + level.name())));
            fixed.stream()
                    .filter(each -> each.quality() >= floor - 1e-12)
                    .min(Comparator.comparingDouble(Measured::flopsRatio))
                    .ifPresent(cheapest -> chosen.add(cheapest.named("fixed-" + level.name())));
            chosen.add(mixture(floor).named("random-" + level.name()));
        }
        return chosen;
    }

    /** The cheapest mixture of two paths that keeps the quality in the mean. */
    private Measured mixture(double floor) {
        int size = decision.trie().menu().size();
        Expected[] paths = new Expected[size];
        for (int path = 0; path < size; path++) {
            paths[path] = Expected.of(new FixedPath(path).decide(decision));
        }
        RandomMixture best = new RandomMixture(size - 1, size - 1, 1, MIXTURE_SEED);
        double least = 1;
        for (int low = 0; low < size; low++) {
            for (int high = low; high < size; high++) {
                double lowQuality = quality(paths[low]);
                double highQuality = quality(paths[high]);
                if (highQuality < floor) {
                    continue;
                }
                double needed = lowQuality >= floor ? 0 : (floor - lowQuality) / (highQuality - lowQuality);
                double share = Math.min(1, Math.ceil(needed * 1e4) / 1e4);
                double ratio = paths[low].flopsRatio() * (1 - share) + paths[high].flopsRatio() * share;
                if (ratio < least) {
                    least = ratio;
                    best = new RandomMixture(low, high, share, MIXTURE_SEED);
                }
            }
        }
        double[] weights = new double[size];
        weights[best.low()] += 1 - best.share();
        weights[best.high()] += best.share();
        List<Double> list = Arrays.stream(weights).boxed().toList();
        Expected expected = best.expected(decision);
        return new Measured(
                new Setting("random", Map.of("weights", list), best),
                expected.flopsRatio(),
                quality(expected),
                decision.isLabelled() ? expected.accuracy() : Double.NaN);
    }

    private double quality(Expected expected) {
        return basis == Basis.RIGHT ? expected.accuracy() : expected.agreement();
    }

    /** Cheapest first. */
    private List<Measured> measured(List<Setting> settings) {
        return settings.stream()
                .map(this::measure)
                .sorted(Comparator.comparingDouble(Measured::flopsRatio).thenComparing(Measured::quality))
                .toList();
    }

    /** The cheapest setting that keeps the quality, and whose next costlier neighbours do so in the mean. */
    private static @Nullable Measured keeping(List<Measured> settings, double floor) {
        for (int i = 0; i < settings.size(); i++) {
            if (settings.get(i).quality() < floor - 1e-12) {
                continue;
            }
            double sum = 0;
            int to = Math.min(settings.size(), i + 1 + GUARD);
            for (int j = i; j < to; j++) {
                sum += settings.get(j).quality();
            }
            if (sum / (to - i) >= floor - 1e-12) {
                return settings.get(i);
            }
        }
        return null;
    }

    /**
     * Calibrated early exit over several schedules, with one threshold for all exits or one fitted for each; temperatures are
     * folded into the thresholds.
     */
    private List<Setting> confidence() {
        List<Setting> settings = new ArrayList<>();
        for (Family family : List.of(ConfidenceExit.family(decision), ConfidenceExit.perExitFamily(decision))) {
            for (Family.Setting each : family.settings()) {
                if (each.decider() instanceof ConfidenceExit exit) {
                    confidence(exit).ifPresent(settings::add);
                }
            }
        }
        return settings;
    }

    /** Empty if it stops nowhere. */
    private Optional<Setting> confidence(ConfidenceExit exit) {
        List<PathTrie.Node> nodes = Arrays.stream(exit.checkpoints())
                .mapToObj(decision.trie().nodes()::get)
                .toList();
        List<Double> thresholds =
                Arrays.stream(exit.uncalibratedThresholds()).boxed().toList();
        return nodes.isEmpty()
                ? Optional.empty()
                : Optional.of(new Setting(
                        "confidence",
                        Map.of(
                                "checkpoints",
                                nodes.stream()
                                        .map(node -> layers.get(node.layer()))
                                        .toList(),
                                "thresholds",
                                thresholds),
                        new ThresholdExit(
                                nodes.stream().map(PathTrie.Node::depth).toList(), thresholds)));
    }

    private static List<Setting> budget() {
        List<Setting> settings = new ArrayList<>();
        for (int i = 0; i <= BUDGET_THRESHOLDS; i++) {
            // From just below 1 to about 0.05, dense where it matters: near 1.
            double x = 8.0 - 11.0 * i / BUDGET_THRESHOLDS;
            double threshold = Math.round(1e6 / (1 + Math.exp(-x))) / 1e6;
            settings.add(new Setting("budget", Map.of("threshold", threshold), new BudgetChoice(threshold)));
        }
        return settings;
    }

    private static List<Setting> fixed(Outcomes decision) {
        List<Setting> settings = new ArrayList<>();
        for (int path = 0; path < decision.trie().menu().size(); path++) {
            settings.add(new Setting("fixed", Map.of("menuIndex", path), new FixedPath(path)));
        }
        return settings;
    }
}
