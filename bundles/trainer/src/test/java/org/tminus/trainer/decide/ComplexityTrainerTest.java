/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.decide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.tminus.learning.data.Groups;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ComplexityTrainerTest {
    private static final int ROWS = 3000;

    private final float[][] features = new float[ROWS][2];
    private final int[] labels = new int[ROWS];
    private ComplexityModel model;

    @BeforeAll
    void train() {
        // The label follows the first feature, with noise in a quarter of the rows.
        SplittableRandom random = new SplittableRandom(1);
        for (int row = 0; row < ROWS; row++) {
            features[row][0] = (float) random.nextDouble();
            features[row][1] = (float) random.nextDouble();
            labels[row] = random.nextInt(4) == 0 ? random.nextInt(3) : (int) (features[row][0] * 3);
        }
        model = ComplexityTrainer.train(features, labels, 3, Groups.single(labels.length), new ClassWeights(3), 1);
        assertThat(model).isNotNull();
    }

    @Test
    void saysHowGoodItIs() {
        PredictorReport report = model.report();
        assertThat(report.accuracy()).isBetween(0.75, 0.9);
        assertThat(report.rankCorrelation()).isGreaterThan(0.6);
        assertThat(report.accuracy() + report.underComputation() + report.overComputation())
                .isCloseTo(1, within(1e-9));
        assertThat(report.confusion()).hasSize(3);
        assertThat(report.cautiousUnderComputation()).isLessThan(report.underComputation());
        assertThat(report.cautiousOverComputation()).isGreaterThan(report.overComputation());
    }

    @Test
    void calibrationTakesBackWhatWeightsAdded() {
        assertThat(model.report().calibrationError()).isLessThan(0.05).isLessThan(model.uncalibratedError());
    }

    @Test
    void theExportHoldsTheCalibration() {
        byte[] onnx = TreeEnsembleExporter.export(model.ensemble(), Map.of());
        PredictorCheck.check(model, onnx, features);
    }

    @Test
    void bytesKeepTheModel() throws IOException {
        ComplexityModel read = PredictorStage.of(PredictorStage.toBytes(model, labels));
        assertThat(read).isNotNull();
        assertThat(read.report()).isEqualTo(model.report());
        assertThat(read.classes()).isEqualTo(model.classes());
        assertThat(read.ensemble().probabilities(features[0]))
                .containsExactly(model.ensemble().probabilities(features[0]));
        assertThat(PredictorStage.of(PredictorStage.toBytes(null, labels))).isNull();
    }

    @Test
    void oneNeedLeavesNothingToTellApart() {
        assertThat(ComplexityTrainer.train(features, new int[ROWS], 3, Groups.single(ROWS), ClassWeights.DEFAULT, 1))
                .isNull();
    }

    @Test
    void rowsThatNeedMoreCountMore() {
        float[] weights = new ClassWeights(3).of(new int[] {0, 1, 2}, 3);
        assertThat(weights[2] / weights[0]).isCloseTo(3f, within(1e-5f));
        assertThat(weights[0] + weights[1] + weights[2]).isCloseTo(3f, within(1e-5f));
    }
}
