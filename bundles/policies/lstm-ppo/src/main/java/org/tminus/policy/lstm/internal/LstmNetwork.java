/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.policy.lstm.internal;

/**
 * One LSTM cell and the actor on top of it, in float32. Gates are ordered input, forget, cell, output. Immutable; working
 * memory is the caller's, so that a step allocates nothing.
 */
final class LstmNetwork {
    /** Features of an observation before the predictor's probabilities. */
    static final int FIXED_FEATURES = 11;

    private final int features;
    private final int hidden;
    private final int actions;
    private final float[] inputWeights;
    private final float[] hiddenWeights;
    private final float[] bias;
    private final float[] actorWeights;
    private final float[] actorBias;

    /**
     * @param inputWeights [features, 4 hidden], row-major
     * @param hiddenWeights [hidden, 4 hidden]
     * @param bias [4 hidden]
     * @param actorWeights [hidden, actions]
     * @param actorBias [actions]
     */
    LstmNetwork(float[] inputWeights, float[] hiddenWeights, float[] bias, float[] actorWeights, float[] actorBias) {
        this.inputWeights = inputWeights;
        this.hiddenWeights = hiddenWeights;
        this.bias = bias;
        this.actorWeights = actorWeights;
        this.actorBias = actorBias;
        hidden = bias.length / 4;
        features = inputWeights.length / bias.length;
        actions = actorBias.length;
    }

    /** What one step costs: a multiply-add counts as two. */
    static long flopsPerStep(long features, long hidden, long actions) {
        return 2 * (features * 4 * hidden + hidden * 4 * hidden + hidden * actions);
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
        for (int index = 0; index < features; index++) {
            float value = observation[index];
            if (value != 0) {
                add(value, inputWeights, index * width, gates, width);
            }
        }
        int index = 0;
        // Four rows at once, so that the sums are loaded and stored a quarter as often.
        for (; index + 4 <= hidden; index += 4) {
            addFour(states, offset + index, hiddenWeights, index * width, gates, width);
        }
        for (; index < hidden; index++) {
            add(states[offset + index], hiddenWeights, index * width, gates, width);
        }
        Activations.sigmoid(gates, 0, 2 * hidden);
        Activations.tanh(gates, 2 * hidden, 3 * hidden);
        Activations.sigmoid(gates, 3 * hidden, width);
        for (int unit = 0; unit < hidden; unit++) {
            float cell = gates[hidden + unit] * cells[offset + unit] + gates[unit] * gates[2 * hidden + unit];
            cells[offset + unit] = cell;
            states[offset + unit] = gates[3 * hidden + unit] * Activations.tanh(cell);
        }
    }

    private static void add(float value, float[] weights, int row, float[] sums, int width) {
        for (int index = 0; index < width; index++) {
            sums[index] += value * weights[row + index];
        }
    }

    private static void addFour(float[] values, int at, float[] weights, int row, float[] sums, int width) {
        float first = values[at];
        float second = values[at + 1];
        float third = values[at + 2];
        float fourth = values[at + 3];
        int secondRow = row + width;
        int thirdRow = secondRow + width;
        int fourthRow = thirdRow + width;
        for (int index = 0; index < width; index++) {
            sums[index] += first * weights[row + index]
                    + second * weights[secondRow + index]
                    + third * weights[thirdRow + index]
                    + fourth * weights[fourthRow + index];
        }
    }

    /** The actor's logits for a row's state, {@link #actions()} values. */
    void act(float[] states, int offset, float[] logits) {
        System.arraycopy(actorBias, 0, logits, 0, actions);
        for (int unit = 0; unit < hidden; unit++) {
            add(states[offset + unit], actorWeights, unit * actions, logits, actions);
        }
    }
}
