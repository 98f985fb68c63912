/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.demo.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tminus.demo.measure.Classifier.Answer;
import org.tminus.demo.report.DemoReport.Row;
import org.tminus.demo.report.RowPlan;
import org.tminus.model.OperatingPoint;

class StatisticsTest {

    @Test
    void percentilesAreOfTheNearestRank() {
        Percentiles percentiles = new Percentiles(new long[] {50, 15, 40, 20, 35});

        assertThat(percentiles.at(5)).isEqualTo(15);
        assertThat(percentiles.at(30)).isEqualTo(20);
        assertThat(percentiles.at(50)).isEqualTo(35);
        assertThat(percentiles.at(99)).isEqualTo(50);
        assertThat(percentiles.at(100)).isEqualTo(50);
        assertThat(percentiles.mean()).isEqualTo(32);
        assertThat(new Percentiles(new long[] {7}).at(0.001)).isEqualTo(7);
    }

    @Test
    void percentilesOfNothingAndOutOfRangeAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Percentiles(new long[0]));
        Percentiles percentiles = new Percentiles(new long[] {1});
        assertThatIllegalArgumentException().isThrownBy(() -> percentiles.at(0));
        assertThatIllegalArgumentException().isThrownBy(() -> percentiles.at(100.1));
        assertThatIllegalArgumentException().isThrownBy(() -> percentiles.at(Double.NaN));
    }

    @Test
    void aRowSumsUpWhatWasRecorded() {
        RowMeter meter = new RowMeter(4);
        for (int input = 0; input < 4; input++) {
            meter.record(
                    input,
                    new Answer(input % 2, 1e6 * (input + 1), "budget", input == 3, input > 0, 400_000),
                    1_000_000L * (input + 1));
        }
        meter.addWallNanos(3_000_000);
        meter.addWallNanos(2_000_000);

        Row row = meter.row(RowPlan.platform("budget", "budget", "low"), input -> 0, 5e6, "detail");

        assertThat(row.accuracy()).isEqualTo(0.5);
        assertThat(row.flopsPerInput()).isEqualTo(2.5e6);
        assertThat(row.flopsRatio()).isEqualTo(0.5);
        assertThat(row.latencyP50Ms()).isEqualTo(2);
        assertThat(row.latencyMeanMs()).isEqualTo(2.5);
        assertThat(row.latencyP99Ms()).isEqualTo(4);
        assertThat(row.throughputPerSecond()).isCloseTo(800, within(1e-6));
        assertThat(row.fallbacks()).isEqualTo(1);
        assertThat(row.compiledShare()).isEqualTo(0.75);
        assertThat(row.backendMeanMs()).isEqualTo(0.4);
        assertThat(row.operatingPoint()).isEqualTo("low");
        assertThat(row.peakMemoryMiB()).isNull();
    }

    @Test
    void theCheapestOperatingPointWithinTheToleranceIsChosen() {
        List<OperatingPoint> points = List.of(
                point("far", "budget", 0.2, 0.85),
                point("edge", "budget", 0.5, 0.897),
                point("safe", "budget", 0.7, 0.9),
                point("other", "confidence", 0.1, 0.9));

        assertThat(OperatingPoints.choose(points, "budget"))
                .map(OperatingPoint::name)
                .contains("edge");
        assertThat(OperatingPoints.choose(points.subList(0, 1), "budget"))
                .map(OperatingPoint::name)
                .contains("far");
        assertThat(OperatingPoints.choose(points, "fixed")).isEmpty();
    }

    private static OperatingPoint point(String name, String policy, double flops, double accuracy) {
        return new OperatingPoint(name, policy, java.util.Map.of(), "decision", 6000, flops, accuracy, 0.9);
    }
}
