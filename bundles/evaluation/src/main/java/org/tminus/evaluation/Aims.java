/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.tminus.evaluation.EvaluationResult.Aim;
import org.tminus.evaluation.EvaluationResult.Paired;
import org.tminus.evaluation.EvaluationResult.Row;
import org.tminus.evaluation.EvaluationResult.Verdict;
import org.tminus.evaluation.method.Kind;

/**
 * What the project aims for, and whether ways that were fixed on the decision split reach it on test data. Nothing is measured
 * here: all figures are those of the rows and the differences between them. Immutable.
 */
final class Aims {
    static final String FLOPS = "FLOPs: at least 42.7 % saved, within 0.3 points of full depth";
    static final String TIME = "mean time: at least two thirds of the FLOPs saved";
    static final String HULL = "above the static hull at equal cost, interval above 0";
    static final String BEST =
            "above the best of early exit and open-loop classification at equal cost, interval above 0";
    static final String NOWHERE_BELOW = "nowhere significantly below a baseline at equal cost by more than 0.2 points";
    static final String DIFFICULTY = "rank correlation of the FLOPs spent with the known difficulty: at least 0.8";
    static final String ORACLE = "at least 70 % of the stable oracle's saving";

    private static final double FLOPS_TARGET = 0.427;
    private static final double POINTS_GIVEN_UP = -0.003;
    private static final double TIME_TARGET = 2.0 / 3;
    private static final double MARGIN = -0.002;
    private static final double DIFFICULTY_TARGET = 0.8;
    private static final double ORACLE_TARGET = 0.7;
    private static final String STATIC_HULL = "static hull at equal cost";
    private static final String STABLE_ORACLE = "stable oracle";

    private final List<Row> rows;
    private final List<Paired> paired;
    private final Map<String, Row> judged = new LinkedHashMap<>();
    private final Map<String, String> chosen = new LinkedHashMap<>();

    Aims(List<Row> rows, List<Paired> paired) {
        this.rows = rows;
        this.paired = paired;
    }

    /**
     * Adds a way to judge; twice the same is judged once, under both choices.
     *
     * @param choice by what it was fixed on the decision split
     */
    Aims judge(String choice, Optional<String> name) {
        name.flatMap(this::row).ifPresent(row -> {
            judged.put(row.name(), row);
            chosen.merge(row.name(), choice, (a, b) -> a + "; " + b);
        });
        return this;
    }

    private Optional<Row> row(String name) {
        return rows.stream().filter(row -> row.name().equals(name)).findFirst();
    }

    /** One for each aim and way that it is about; one without a way where there is none. */
    List<Aim> all() {
        List<Aim> all = new ArrayList<>();
        add(all, FLOPS, FLOPS_TARGET, row -> true, this::flops);
        add(all, TIME, TIME_TARGET, row -> true, this::time);
        Predicate<Row> learned = row -> Kind.isLearned(row.kind());
        add(all, HULL, 0, learned, this::hull);
        add(all, BEST, 0, learned, this::best);
        add(all, NOWHERE_BELOW, MARGIN, learned, this::nowhereBelow);
        add(all, DIFFICULTY, DIFFICULTY_TARGET, row -> row.difficultyCorrelation() != null, this::difficulty);
        add(all, ORACLE, ORACLE_TARGET, row -> true, this::oracle);
        return all;
    }

    /** @param detail the figures in words */
    private record Finding(@Nullable Boolean reached, @Nullable Double figure, String detail) {
        static Finding unknown(String why) {
            return new Finding(null, null, why);
        }
    }

    private interface Judge {
        Finding of(Row row);
    }

    private void add(List<Aim> all, String aim, double target, Predicate<Row> which, Judge judge) {
        List<Row> about = judged.values().stream().filter(which).toList();
        for (Row row : about) {
            Finding finding = judge.of(row);
            all.add(new Aim(
                    aim,
                    target,
                    finding.reached(),
                    finding.figure(),
                    row.name(),
                    chosen.getOrDefault(row.name(), ""),
                    finding.detail()));
        }
        if (about.isEmpty()) {
            String why =
                    aim.equals(DIFFICULTY) ? "nobody knows the difficulty of these inputs" : "there is no such way";
            all.add(new Aim(aim, target, null, null, null, "", why));
        }
    }

    private Finding flops(Row row) {
        Paired toFull = paired.stream()
                .filter(each -> each.a().equals(row.name()) && !each.equalCost())
                .findFirst()
                .orElse(null);
        if (toFull == null) {
            return Finding.unknown("it was not compared with full depth");
        }
        double saved = 1 - row.flopsRatio();
        return new Finding(
                saved >= FLOPS_TARGET && toFull.difference() >= POINTS_GIVEN_UP,
                saved,
                percent(saved) + " saved, " + points(toFull) + " points of " + toFull.measure());
    }

    private Finding time(Row row) {
        Double share = row.savingInTime();
        Double ratio = row.latencyRatio();
        if (share == null || ratio == null) {
            return Finding.unknown("not measured");
        }
        return new Finding(share >= TIME_TARGET, share, percent(share) + ": " + percent(1 - ratio) + " less mean time");
    }

    private Finding hull(Row row) {
        return atEqualCost(row).stream()
                .filter(each -> each.b().equals(STATIC_HULL))
                .findFirst()
                .map(each -> new Finding(each.verdict() == Verdict.BETTER, each.difference(), points(each)))
                .orElse(Finding.unknown("there is no hull"));
    }

    private Finding best(Row row) {
        List<Paired> rivals = atEqualCost(row).stream()
                .filter(each -> !each.b().equals(STATIC_HULL))
                .toList();
        List<Paired> fair = rivals.stream().filter(each -> !each.inSample()).toList();
        Optional<Paired> strongest = strongest(fair);
        if (strongest.isEmpty()) {
            return Finding.unknown("nobody to compare with fairly");
        }
        boolean above = fair.stream().allMatch(each -> each.verdict() == Verdict.BETTER);
        // Those chosen in sample are weaker than they could be: to be above them proves nothing.
        boolean open = above && fair.size() < rivals.size();
        return new Finding(open ? null : (Boolean) above, strongest.get().difference(), against(strongest.get()));
    }

    private Finding nowhereBelow(Row row) {
        List<Paired> fair =
                atEqualCost(row).stream().filter(each -> !each.inSample()).toList();
        return strongest(fair)
                .map(each -> new Finding(
                        fair.stream().noneMatch(pair -> pair.ci95().get(1) < 0 && pair.difference() < MARGIN),
                        each.difference(),
                        against(each)))
                .orElse(Finding.unknown("nobody to compare with fairly"));
    }

    private List<Paired> atEqualCost(Row row) {
        return paired.stream()
                .filter(each -> each.a().equals(row.name()) && each.equalCost())
                .toList();
    }

    private static Optional<Paired> strongest(List<Paired> rivals) {
        return rivals.stream().min(Comparator.comparingDouble(Paired::difference));
    }

    private Finding difficulty(Row row) {
        Double correlation = row.difficultyCorrelation();
        return correlation == null
                ? Finding.unknown("not known")
                : new Finding(correlation >= DIFFICULTY_TARGET, correlation, text("%.2f", correlation));
    }

    private Finding oracle(Row row) {
        Row stable = row(STABLE_ORACLE).orElse(null);
        if (stable == null || stable.flopsRatio() >= 1) {
            return Finding.unknown("the oracle saves nothing");
        }
        double share = (1 - row.flopsRatio()) / (1 - stable.flopsRatio());
        return new Finding(
                share >= ORACLE_TARGET,
                share,
                percent(share) + " of " + percent(1 - stable.flopsRatio()) + ", which lose nothing");
    }

    private static String against(Paired pair) {
        return points(pair) + " against " + pair.b();
    }

    private static String points(Paired pair) {
        return text(
                "%+.2f (%+.2f to %+.2f)",
                100 * pair.difference(),
                100 * pair.ci95().get(0),
                100 * pair.ci95().get(1));
    }

    private static String percent(double share) {
        return text("%.1f %%", 100 * share);
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
