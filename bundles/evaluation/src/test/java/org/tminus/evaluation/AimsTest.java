/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.tminus.evaluation.EvaluationResult.Aim;
import org.tminus.evaluation.EvaluationResult.Paired;
import org.tminus.evaluation.EvaluationResult.Row;

class AimsTest {
    private static final String HULL = "static hull at equal cost";
    private static final String EARLY = "early exit at equal cost";
    private static final String OPEN = "open loop by the predictor at equal cost";

    private final List<Paired> paired = new ArrayList<>();

    private static Row row(
            String name, String kind, double flopsRatio, @Nullable Double inTime, @Nullable Double difficulty) {
        return new Row(
                name,
                kind,
                0.9,
                List.of(0.8, 0.95),
                0.9,
                1,
                flopsRatio,
                null,
                null,
                null,
                null,
                0.7,
                null,
                inTime,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                difficulty,
                null,
                null,
                null,
                null);
    }

    private static Row learned(double flopsRatio, @Nullable Double inTime, @Nullable Double difficulty) {
        return row("learned", "lstm-ppo-closed", flopsRatio, inTime, difficulty);
    }

    private void pair(String other, double difference, double low, double high, boolean inSample) {
        boolean equalCost = !other.equals("full depth");
        paired.add(new Paired(
                "learned", other, difference, List.of(low, high), 0.4, 0.4, "accuracy", false, equalCost, inSample));
    }

    private List<Aim> aims(Row row) {
        return new Aims(List.of(row, row("stable oracle", "oracle", 0.3, null, null)), paired)
                .judge("by choice", Optional.of(row.name()))
                .all();
    }

    private Aim aim(Row row, String name) {
        return aims(row).stream()
                .filter(each -> each.aim().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void savingCountsOnlyNearFullDepth() {
        pair("full depth", -0.003, -0.006, 0.001, false);
        Aim near = aim(learned(0.5, null, null), Aims.FLOPS);
        assertThat(near.reached()).isTrue();
        assertThat(near.figure()).isEqualTo(0.5);
        assertThat(near.row()).isEqualTo("learned");
        assertThat(near.chosen()).isEqualTo("by choice");
        assertThat(near.detail()).isEqualTo("50.0 % saved, -0.30 (-0.60 to +0.10) points of accuracy");
        assertThat(aim(learned(0.58, null, null), Aims.FLOPS).reached()).isFalse();

        paired.clear();
        pair("full depth", -0.0031, -0.006, 0.001, false);
        assertThat(aim(learned(0.5, null, null), Aims.FLOPS).reached()).isFalse();
    }

    @Test
    void timeIsJudgedWhereItWasMeasured() {
        assertThat(aim(learned(0.5, 0.67, null), Aims.TIME).reached()).isTrue();
        assertThat(aim(learned(0.5, 0.66, null), Aims.TIME).reached()).isFalse();
        Aim unknown = aim(learned(0.5, null, null), Aims.TIME);
        assertThat(unknown.reached()).isNull();
        assertThat(unknown.detail()).isEqualTo("not measured");
    }

    @Test
    void aboveMeansThatTheIntervalIs() {
        pair(HULL, 0.02, 0.01, 0.03, false);
        pair(EARLY, 0.01, 0.004, 0.02, false);
        pair(OPEN, 0.03, 0.02, 0.04, false);
        Row row = learned(0.5, null, null);
        assertThat(aim(row, Aims.HULL).reached()).isTrue();
        assertThat(aim(row, Aims.HULL).figure()).isEqualTo(0.02);
        assertThat(aim(row, Aims.BEST).reached()).isTrue();
        assertThat(aim(row, Aims.BEST).figure()).isEqualTo(0.01);
        assertThat(aim(row, Aims.BEST).detail()).isEqualTo("+1.00 (+0.40 to +2.00) against " + EARLY);

        pair("early exit with own thresholds at equal cost", 0.005, -0.001, 0.01, false);
        assertThat(aim(row, Aims.BEST).reached()).isFalse();
        assertThat(aim(row, Aims.HULL).reached()).isTrue();
        paired.clear();
        pair(HULL, 0.02, -0.001, 0.03, false);
        assertThat(aim(row, Aims.HULL).reached()).isFalse();
        assertThat(aim(row, Aims.BEST).reached()).isNull();
    }

    @Test
    void whoeverWasChosenInSampleProvesNothing() {
        pair(EARLY, 0.01, 0.004, 0.02, false);
        pair(OPEN + ", chosen in sample", -0.03, -0.04, -0.02, true);
        Row row = learned(0.5, null, null);
        assertThat(aim(row, Aims.BEST).reached()).isNull();
        assertThat(aim(row, Aims.BEST).figure()).isEqualTo(0.01);
        assertThat(aim(row, Aims.NOWHERE_BELOW).reached()).isTrue();
        pair(OPEN, 0.0, -0.01, 0.01, false);
        assertThat(aim(row, Aims.BEST).reached()).isFalse();
    }

    @Test
    void belowCountsIfItIsClearAndMoreThanTheMargin() {
        Row row = learned(0.5, null, null);
        pair(EARLY, -0.0019, -0.003, -0.001, false);
        pair(OPEN, -0.004, -0.009, 0.001, false);
        assertThat(aim(row, Aims.NOWHERE_BELOW).reached()).isTrue();
        assertThat(aim(row, Aims.NOWHERE_BELOW).figure()).isEqualTo(-0.004);
        pair(HULL, -0.0021, -0.003, -0.001, false);
        assertThat(aim(row, Aims.NOWHERE_BELOW).reached()).isFalse();
    }

    @Test
    void difficultyAndOracleAreJudgedByTheRows() {
        assertThat(aim(learned(0.5, null, 0.8), Aims.DIFFICULTY).reached()).isTrue();
        assertThat(aim(learned(0.5, null, 0.79), Aims.DIFFICULTY).reached()).isFalse();
        Aim unknown = aim(learned(0.5, null, null), Aims.DIFFICULTY);
        assertThat(unknown.reached()).isNull();
        assertThat(unknown.row()).isNull();
        assertThat(unknown.detail()).contains("nobody knows");
        assertThat(aim(learned(0.5, null, null), Aims.ORACLE).figure()).isCloseTo(5.0 / 7, within(1e-12));
        assertThat(aim(learned(0.5, null, null), Aims.ORACLE).reached()).isTrue();
        assertThat(aim(learned(0.52, null, null), Aims.ORACLE).reached()).isFalse();
    }

    @Test
    void aimsOfLearnedPoliciesAreNotThoseOfOthers() {
        Row early = row("early exit, no loss", "confidence", 0.5, 0.7, 0.9);
        assertThat(aims(early))
                .filteredOn(each -> early.name().equals(each.row()))
                .extracting(Aim::aim)
                .containsExactly(Aims.FLOPS, Aims.TIME, Aims.DIFFICULTY, Aims.ORACLE);
        assertThat(aims(early)).filteredOn(each -> each.row() == null).hasSize(3);
    }

    @Test
    void oneWayUnderTwoChoicesIsJudgedOnce() {
        List<Aim> aims = new Aims(List.of(learned(0.5, null, null)), paired)
                .judge("one", Optional.of("learned"))
                .judge("other", Optional.of("learned"))
                .judge("nobody", Optional.empty())
                .all();
        assertThat(aims)
                .filteredOn(each -> each.aim().equals(Aims.FLOPS))
                .singleElement()
                .satisfies(each -> assertThat(each.chosen()).isEqualTo("one; other"));
    }
}
