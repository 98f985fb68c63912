/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.policy.lstm.internal;

import java.util.Arrays;

/**
 * One LSTM cell and the actor on top of it, in float32. Gates are ordered input, forget, cell, output. Immutable; working
 * memory is the caller's, so that a step allocates nothing. Not final: a test listens to what it is shown.
 */
class LstmNetwork {
    /** Features of an observation before the predictor's probabilities. */
    static final int FIXED_FEATURES = 11;

    private final int observation;
    private final int features;
    private final int hidden;
    private final int actions;
    /** One array per row, because the compiler makes vector instructions of loops over those, and not of offsets. */
    private final float[][] inputWeights;

    private final float[][] hiddenWeights;
    private final float[] bias;
    /** By action, so that only those of allowed actions are read. */
    private final float[][] actorWeights;

    private final float[] actorBias;

    /**
     * @param observation the version of the observation that it was trained with
     * @param inputWeights [features, 4 hidden], row-major
     * @param hiddenWeights [hidden, 4 hidden]
     * @param bias [4 hidden]
     * @param actorWeights [hidden, actions]
     * @param actorBias [actions]
     */
    LstmNetwork(
            int observation,
            float[] inputWeights,
            float[] hiddenWeights,
            float[] bias,
            float[] actorWeights,
            float[] actorBias) {
        this.observation = observation;
        this.bias = bias;
        this.actorBias = actorBias;
        hidden = bias.length / 4;
        features = inputWeights.length / bias.length;
        actions = actorBias.length;
        this.inputWeights = rows(inputWeights, bias.length);
        this.hiddenWeights = rows(hiddenWeights, bias.length);
        this.actorWeights = new float[actions][hidden];
        for (int action = 0; action < actions; action++) {
            for (int unit = 0; unit < hidden; unit++) {
                this.actorWeights[action][unit] = actorWeights[unit * actions + action];
            }
        }
    }

    private static float[][] rows(float[] matrix, int width) {
        float[][] rows = new float[matrix.length / width][];
        for (int row = 0; row < rows.length; row++) {
            rows[row] = Arrays.copyOfRange(matrix, row * width, (row + 1) * width);
        }
        return rows;
    }

    /** What one step costs: a multiply-add counts as two. */
    static long flopsPerStep(long features, long hidden, long actions) {
        return 2 * (features * 4 * hidden + hidden * 4 * hidden + hidden * actions);
    }

    /** The version of the observation. */
    int observation() {
        return observation;
    }

    int features() {
        return features;
    }

    int hidden() {
        return hidden;
    }

    int actions() {
        return actions;
    }

    /**
     * Takes one observation in.
     *
     * @param observation {@link #features()} values
     * @param states hidden states, replaced
     * @param cells cell states, replaced
     * @param offset where the row's {@link #hidden()} values begin in both
     * @param gates working memory, 4 hidden
     */
    void step(float[] observation, float[] states, float[] cells, int offset, float[] gates) {
        int width = 4 * hidden;
        System.arraycopy(bias, 0, gates, 0, width);
        addProduct(observation, 0, inputWeights, gates, width);
        addProduct(states, offset, hiddenWeights, gates, width);
        Activations.sigmoid(gates, 0, 2 * hidden);
        Activations.tanh(gates, 2 * hidden, 3 * hidden);
        Activations.sigmoid(gates, 3 * hidden, width);
        for (int unit = 0; unit < hidden; unit++) {
            float cell = gates[hidden + unit] * cells[offset + unit] + gates[unit] * gates[2 * hidden + unit];
            cells[offset + unit] = cell;
            // The input gate has had its say.
            gates[unit] = cell;
        }
        Activations.tanh(gates, 0, hidden);
        for (int unit = 0; unit < hidden; unit++) {
            states[offset + unit] = gates[3 * hidden + unit] * gates[unit];
        }
    }

    private static void addProduct(float[] vector, int offset, float[][] matrix, float[] sums, int width) {
        int row = 0;
        // Four rows at once, so that the sums are loaded and stored a quarter as often.
        for (; row + 4 <= matrix.length; row += 4) {
            addFour(
                    vector[offset + row],
                    vector[offset + row + 1],
                    vector[offset + row + 2],
                    vector[offset + row + 3],
                    matrix[row],
                    matrix[row + 1],
                    matrix[row + 2],
                    matrix[row + 3],
                    sums,
                    width);
        }
        for (; row < matrix.length; row++) {
            add(vector[offset + row], matrix[row], sums, width);
        }
    }

    private static void add(float value, float[] weights, float[] sums, int width) {
        for (int index = 0; index < width; index++) {
            sums[index] += value * weights[index];
        }
    }

    private static void addFour(
            float a,
            float b,
            float c,
            float d,
            float[] wa,
            float[] wb,
            float[] wc,
            float[] wd,
            float[] sums,
            int width) {
        for (int index = 0; index < width; index++) {
            sums[index] += a * wa[index] + b * wb[index] + c * wc[index] + d * wd[index];
        }
    }

    /** The actor's logit of an action for a row's state. */
    float logit(float[] states, int offset, int action) {
        float[] row = actorWeights[action];
        float sum = actorBias[action];
        for (int unit = 0; unit < hidden; unit++) {
            sum += states[offset + unit] * row[unit];
        }
        return sum;
    }
}
