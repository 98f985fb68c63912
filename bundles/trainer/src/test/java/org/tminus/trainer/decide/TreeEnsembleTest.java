/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.decide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.tminus.trainer.export.OnnxRunner;

class TreeEnsembleTest {
    private static final int COLUMNS = 6;

    @Test
    void javaAndOnnxDecideAsLightGbmDoes() {
        float[][] features = features(800, 1);
        int[] labels = labels(features);
        String text = LightGbm.train(features, labels, equal(features), new LightGbm.Settings(3, 25, 0.1, 8, 10, 7));
        TreeEnsemble ensemble = TreeEnsemble.parse(text);
        float[][] unseen = features(500, 2);
        double[][] original = LightGbm.predict(text, unseen, 3);
        float[] flat = new float[unseen.length * COLUMNS];
        for (int row = 0; row < unseen.length; row++) {
            System.arraycopy(unseen[row], 0, flat, row * COLUMNS, COLUMNS);
        }
        float[] onnx;
        try (OnnxRunner runner = new OnnxRunner(TreeEnsembleExporter.export(ensemble, Map.of()))) {
            onnx = runner.run(
                    Map.of("features", flat), Map.of("features", new long[] {unseen.length, COLUMNS}), "probabilities");
        }
        for (int row = 0; row < unseen.length; row++) {
            double[] java = ensemble.probabilities(unseen[row]);
            for (int k = 0; k < 3; k++) {
                assertThat(java[k]).isCloseTo(original[row][k], within(1e-6));
                assertThat((double) onnx[row * 3 + k]).isCloseTo(original[row][k], within(1e-6));
            }
        }
    }

    @Test
    void decidesAsLightGbmDoesRightAtTheThresholds() {
        float[][] features = features(400, 3);
        String text = LightGbm.train(
                features, labels(features), equal(features), new LightGbm.Settings(3, 10, 0.1, 8, 10, 7));
        TreeEnsemble ensemble = TreeEnsemble.parse(text);
        for (TreeEnsemble.Tree tree : ensemble.trees()) {
            for (int node = 0; node < tree.feature.length; node++) {
                for (float value : new float[] {tree.threshold[node], Math.nextUp(tree.threshold[node])}) {
                    float[] row = features[0].clone();
                    row[tree.feature[node]] = value;
                    double[] original = LightGbm.predict(text, new float[][] {row}, 3)[0];
                    assertThat(ensemble.probabilities(row)).containsExactly(original, within(1e-6));
                }
            }
        }
    }

    @Test
    void theSameSeedGivesTheSameTrees() {
        float[][] features = features(400, 3);
        LightGbm.Settings settings = new LightGbm.Settings(3, 10, 0.1, 8, 10, 7);
        assertThat(LightGbm.train(features, labels(features), equal(features), settings))
                .isEqualTo(LightGbm.train(features, labels(features), equal(features), settings));
    }

    @Test
    void thresholdsAreRoundedDown() {
        double between = 0.1;
        float below = TreeEnsemble.roundDown(between);
        assertThat((double) below).isLessThanOrEqualTo(between);
        assertThat((double) Math.nextUp(below)).isGreaterThan(between);
        assertThat(TreeEnsemble.roundDown(0.5)).isEqualTo(0.5f);
    }

    @Test
    void refusesWhatItDoesNotKnow() {
        assertThatThrownBy(() -> TreeEnsemble.parse("tree\nnum_class=2\n"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static float[][] features(int rows, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[][] features = new float[rows][COLUMNS];
        for (float[] row : features) {
            for (int column = 0; column < COLUMNS; column++) {
                row[column] = (float) (random.nextInt(40) / 10.0 + (column < 3 ? random.nextDouble() : 0));
            }
        }
        return features;
    }

    private static int[] labels(float[][] features) {
        int[] labels = new int[features.length];
        for (int row = 0; row < labels.length; row++) {
            float sum = features[row][0] + features[row][1] - features[row][4];
            labels[row] = sum < 1.5 ? 0 : sum < 3.5 ? 1 : 2;
        }
        return labels;
    }

    private static float[] equal(float[][] features) {
        float[] weights = new float[features.length];
        java.util.Arrays.fill(weights, 1);
        return weights;
    }
}
