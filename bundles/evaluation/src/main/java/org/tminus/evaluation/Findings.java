/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.tminus.evaluation.EvaluationResult.Bound;
import org.tminus.evaluation.EvaluationResult.Curve;
import org.tminus.evaluation.EvaluationResult.Depths;
import org.tminus.evaluation.EvaluationResult.Example;
import org.tminus.evaluation.EvaluationResult.Point;
import org.tminus.evaluation.EvaluationResult.Spending;
import org.tminus.evaluation.EvaluationResult.SpentOn;
import org.tminus.evaluation.method.Contest;
import org.tminus.evaluation.method.Kind;
import org.tminus.evaluation.method.Way;
import org.tminus.learning.baseline.Expected;
import org.tminus.learning.data.Examples;
import org.tminus.learning.oracle.ComputationBound;
import org.tminus.learning.oracle.Oracle;
import org.tminus.learning.oracle.OracleCurve;
import org.tminus.learning.outcome.Basis;
import org.tminus.learning.outcome.Choices;
import org.tminus.learning.outcome.Outcomes;
import org.tminus.tasks.KnownDifficulty;

/** Curves, histograms and examples that explain the rows. */
final class Findings {
    private static final int STEPS = 40;
    private static final int EXAMPLES_EACH = 5;
    private static final int GROUPS = 8;
    private static final double[] LOSSES = {0, 0.003, 0.01};

    private final Contest contest;
    private final Outcomes test;
    private final long seed;

    Findings(Contest contest, long seed) {
        this.contest = contest;
        this.test = contest.test();
        this.seed = seed;
    }

    private double quality(Expected expected) {
        return contest.basis() == Basis.RIGHT ? expected.accuracy() : expected.agreement();
    }

    /** What the best learned policy saves over what the stable oracle saves; null without one, or if nothing can be saved. */
    @Nullable
    Double oracleShare() {
        return contest.ways().stream()
                .filter(way -> way.kind().equals(Kind.ORACLE))
                .findFirst()
                .map(stable -> shareOf(stable.test().flopsRatio()))
                .orElse(null);
    }

    /**
     * The same over what a stable oracle saves that may differ from full depth on as many inputs as the policy does: the other
     * one loses nothing, so that its saving and the policy's are not of one quality.
     */
    @Nullable
    Double oracleShareAtEqualQuality() {
        return contest.best()
                .map(best -> shareOf(ComputationBound.of(
                                test,
                                Oracle.STABLE,
                                Basis.AGREES,
                                1 - best.test().agreement())
                        .flopsRatio()))
                .orElse(null);
    }

    private @Nullable Double shareOf(double oracleRatio) {
        Way best = contest.best().orElse(null);
        return best == null || oracleRatio >= 1
                ? null
                : (Double) ((1 - best.test().flopsRatio()) / (1 - oracleRatio));
    }

    /** Static hull, early exit, open-loop classification and oracles over the whole range of cost. */
    List<Curve> curves() {
        List<Curve> curves = new ArrayList<>();
        List<Point> hull = new ArrayList<>();
        contest.hullOnTest().values().forEach(each -> hull.add(new Point(each.flopsRatio(), quality(each))));
        hull.sort(Comparator.comparingDouble(Point::flopsRatio));
        curves.add(new Curve("static hull", Kind.STATIC, hull));
        double least = contest.hullOnTest().values().stream()
                .mapToDouble(Expected::flopsRatio)
                .min()
                .orElse(0);
        for (Contest.AtCost baseline : contest.baselinesAtCost()) {
            if (baseline.kind().equals(Kind.STATIC)) {
                continue;
            }
            List<Point> points = new ArrayList<>();
            for (int step = 0; step <= STEPS; step++) {
                add(points, baseline.at().apply(least + (1.02 - least) * step / STEPS));
            }
            curves.add(new Curve(baseline.name(), baseline.kind(), points));
        }
        for (Oracle oracle : Oracle.values()) {
            List<Point> points = new ArrayList<>();
            for (OracleCurve.Point each :
                    OracleCurve.of(test, oracle, Basis.AGREES, STEPS).points()) {
                points.add(new Point(
                        each.flopsRatio(), contest.basis() == Basis.RIGHT ? each.accuracy() : each.agreement()));
            }
            curves.add(new Curve(oracle == Oracle.STABLE ? "stable oracle" : "lucky oracle", Kind.ORACLE, points));
        }
        return curves;
    }

    private void add(List<Point> points, Expected each) {
        Point point = new Point(each.flopsRatio(), quality(each));
        if (points.isEmpty()
                || point.flopsRatio() > points.get(points.size() - 1).flopsRatio() + 1e-9) {
            points.add(point);
        }
    }

    /** What no policy over the menu can do without. */
    List<Bound> bounds() {
        List<Bound> bounds = new ArrayList<>();
        for (Oracle oracle : Oracle.values()) {
            for (double loss : LOSSES) {
                ComputationBound bound = ComputationBound.of(test, oracle, Basis.AGREES, loss);
                bounds.add(new Bound(oracle == Oracle.STABLE ? "stable" : "lucky", loss, bound.flopsRatio()));
            }
        }
        return bounds;
    }

    /** How deep a way goes, by known difficulty, else by what the stable oracle needs. */
    List<Depths> depths(Way way, Examples examples) {
        Choices choices = way.choices();
        if (choices == null) {
            return List.of();
        }
        List<Depths> all = new ArrayList<>();
        groups(examples).forEach((difficulty, rows) -> {
            Map<Integer, Integer> byLayers = new TreeMap<>();
            double spent = 0;
            double full = 0;
            for (int row : rows) {
                int layers = test.trie().menu().get(choices.path(row)).layers().size();
                byLayers.merge(layers, 1, Integer::sum);
                spent += choices.flops(row);
                full += test.fullDepthFlops(row);
            }
            all.add(new Depths(name(examples, difficulty), rows.size(), spent / full, byLayers));
        });
        return all;
    }

    /** What ways of each kind spend on inputs of each known difficulty; empty where nobody knows it. */
    List<Spending> spending(Examples examples) {
        if (!(examples instanceof KnownDifficulty)) {
            return List.of();
        }
        Map<Integer, List<Integer>> groups = groups(examples);
        List<Spending> all = new ArrayList<>();
        for (Way way : contest.ways()) {
            double[] flops = way.test().flops();
            double[] kept = contest.basis() == Basis.RIGHT
                    ? way.test().right()
                    : way.test().agrees();
            List<SpentOn> spent = new ArrayList<>();
            groups.forEach((difficulty, rows) -> {
                double sum = 0;
                double full = 0;
                double right = 0;
                for (int row : rows) {
                    sum += flops[row];
                    full += test.fullDepthFlops(row);
                    right += kept[row];
                }
                spent.add(new SpentOn(difficulty, rows.size(), sum / full, right / rows.size()));
            });
            all.add(new Spending(way.name(), way.kind(), spent));
        }
        return all;
    }

    private static String name(Examples examples, int difficulty) {
        return examples instanceof KnownDifficulty
                ? "difficulty " + difficulty
                : "needs " + difficulty + (difficulty == 1 ? " layer" : " layers");
    }

    private Map<Integer, List<Integer>> groups(Examples examples) {
        int[] stable = Oracle.STABLE.paths(test);
        Map<Integer, List<Integer>> groups = new TreeMap<>();
        for (int row = 0; row < test.rows(); row++) {
            int difficulty = examples instanceof KnownDifficulty known
                    ? known.difficulty(row)
                    : test.trie().menu().get(stable[row]).layers().size();
            groups.computeIfAbsent(difficulty, unseen -> new ArrayList<>()).add(row);
        }
        return groups;
    }

    /** Some inputs of each difficulty, drawn by the seed. */
    List<Example> examples(Way way, Examples examples, List<String> labels) {
        Choices choices = way.choices();
        if (choices == null) {
            return List.of();
        }
        Random random = new Random(seed);
        List<Example> shown = new ArrayList<>();
        int group = 0;
        for (Map.Entry<Integer, List<Integer>> entry : groups(examples).entrySet()) {
            if (group++ == GROUPS) {
                break;
            }
            List<Integer> rows = new ArrayList<>(entry.getValue());
            java.util.Collections.shuffle(rows, random);
            for (int row : rows.subList(0, Math.min(EXAMPLES_EACH, rows.size()))) {
                shown.add(new Example(
                        name(examples, entry.getKey()),
                        test.truth(row) < 0 ? "" : label(labels, test.truth(row)),
                        test.comparesAnswers() ? label(labels, test.pathAnswer(choices.path(row), row)) : "",
                        test.truth(row) < 0 ? choices.agrees(row) : choices.isRight(row),
                        layers(test.trie().menu().get(choices.path(row)).layers()),
                        examples.display(row)));
            }
        }
        return shown;
    }

    private static String layers(List<Integer> layers) {
        boolean prefix = layers.get(layers.size() - 1) == layers.size() - 1;
        String count = layers.size() + (layers.size() == 1 ? " layer" : " layers");
        return prefix ? count : count + " " + layers;
    }

    private static String label(List<String> labels, int index) {
        return index < labels.size() ? labels.get(index) : String.valueOf(index);
    }
}
