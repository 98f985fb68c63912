/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.decide;

import java.util.Arrays;

/**
 * Makes probabilities of scores that mean what they say: {@code softmax(sharpness · score + bias)}, fitted by maximum
 * likelihood on scores of rows that the trees did not see. The biases take back what class weights added. Both are folded
 * into the leaves of the exported ensemble, so that serving needs to know nothing of it. Immutable.
 */
public final class ScoreCalibration {
    private static final int ROUNDS = 12;
    private static final int SEARCH_STEPS = 20;
    private static final double SHARPEST = 4;
    private static final double FLATTEST = 0.05;
    private static final double LARGEST_BIAS = 6;

    private final double sharpness;
    private final double[] bias;

    ScoreCalibration(double sharpness, double[] bias) {
        this.sharpness = sharpness;
        this.bias = bias;
    }

    /** Changes nothing. */
    static ScoreCalibration none(int classes) {
        return new ScoreCalibration(1, new double[classes]);
    }

    /**
     * Fits on the rows of {@code scores} that are not left out.
     *
     * @param fold per row its fold
     * @param left the fold to leave out; -1 for none
     */
    static ScoreCalibration fit(double[][] scores, int[] targets, int[] fold, int left) {
        int classes = scores[0].length;
        double sharpness = 1;
        double[] bias = new double[classes];
        for (int round = 0; round < ROUNDS; round++) {
            matchFrequencies(scores, targets, fold, left, sharpness, bias);
            sharpness = bestSharpness(scores, targets, fold, left, bias);
        }
        matchFrequencies(scores, targets, fold, left, sharpness, bias);
        return new ScoreCalibration(sharpness, bias);
    }

    /** At the optimum the mean probability of a class is its frequency; one step towards that. */
    private static void matchFrequencies(
            double[][] scores, int[] targets, int[] fold, int left, double sharpness, double[] bias) {
        double[] expected = new double[bias.length];
        double[] seen = new double[bias.length];
        double[] p = new double[bias.length];
        for (int row = 0; row < scores.length; row++) {
            if (fold[row] == left) {
                continue;
            }
            softmax(scores[row], sharpness, bias, p);
            for (int k = 0; k < p.length; k++) {
                expected[k] += p[k];
            }
            seen[targets[row]]++;
        }
        double mean = 0;
        for (int k = 0; k < bias.length; k++) {
            bias[k] += Math.log((seen[k] + 0.5) / (expected[k] + 0.5));
            mean += bias[k] / bias.length;
        }
        for (int k = 0; k < bias.length; k++) {
            bias[k] = Math.max(-LARGEST_BIAS, Math.min(LARGEST_BIAS, bias[k] - mean));
        }
    }

    /** By golden section over the logarithm. */
    private static double bestSharpness(double[][] scores, int[] targets, int[] fold, int left, double[] bias) {
        double low = Math.log(FLATTEST);
        double high = Math.log(SHARPEST);
        double ratio = (Math.sqrt(5) - 1) / 2;
        double a = high - ratio * (high - low);
        double b = low + ratio * (high - low);
        double lossA = loss(scores, targets, fold, left, Math.exp(a), bias);
        double lossB = loss(scores, targets, fold, left, Math.exp(b), bias);
        for (int step = 0; step < SEARCH_STEPS; step++) {
            if (lossA < lossB) {
                high = b;
                b = a;
                lossB = lossA;
                a = high - ratio * (high - low);
                lossA = loss(scores, targets, fold, left, Math.exp(a), bias);
            } else {
                low = a;
                a = b;
                lossA = lossB;
                b = low + ratio * (high - low);
                lossB = loss(scores, targets, fold, left, Math.exp(b), bias);
            }
        }
        return Math.exp((low + high) / 2);
    }

    private static double loss(
            double[][] scores, int[] targets, int[] fold, int left, double sharpness, double[] bias) {
        double[] p = new double[bias.length];
        double loss = 0;
        for (int row = 0; row < scores.length; row++) {
            if (fold[row] != left) {
                softmax(scores[row], sharpness, bias, p);
                loss -= Math.log(Math.max(1e-12, p[targets[row]]));
            }
        }
        return loss;
    }

    private static void softmax(double[] scores, double sharpness, double[] bias, double[] out) {
        double max = Double.NEGATIVE_INFINITY;
        for (int k = 0; k < out.length; k++) {
            out[k] = sharpness * scores[k] + bias[k];
            max = Math.max(max, out[k]);
        }
        double sum = 0;
        for (int k = 0; k < out.length; k++) {
            out[k] = Math.exp(out[k] - max);
            sum += out[k];
        }
        for (int k = 0; k < out.length; k++) {
            out[k] /= sum;
        }
    }

    /** Probability of each class. */
    double[] probabilities(double[] scores) {
        double[] p = new double[bias.length];
        softmax(scores, sharpness, bias, p);
        return p;
    }

    /** What scores are multiplied with: the inverse of a temperature. */
    public double sharpness() {
        return sharpness;
    }

    double bias(int label) {
        return bias[label];
    }

    @Override
    public String toString() {
        return "temperature " + 1 / sharpness + ", biases " + Arrays.toString(bias);
    }
}
