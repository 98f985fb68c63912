/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.policy;

import java.util.SplittableRandom;

/**
 * The LSTM with actor and critic: parameters in one array, a step forward and a step back for a batch. The gates are in the
 * order i, f, g, o. The critic serves training only. Double precision, so that gradients can be checked. One thread.
 */
final class Network {
    final LstmShape shape;
    final int features;
    final int hidden;
    final int gates;
    final int actions;
    final int weightX;
    final int weightH;
    final int bias;
    /** Actor weights by action, so that only those of allowed actions are read. */
    final int actor;

    final int actorBias;
    final int critic;
    final int criticBias;
    final double[] parameters;
    private final double[] weightHTransposed;

    Network(LstmShape shape) {
        this.shape = shape;
        features = shape.features();
        hidden = shape.hidden();
        gates = 4 * hidden;
        actions = shape.actions();
        weightX = 0;
        weightH = weightX + features * gates;
        bias = weightH + hidden * gates;
        actor = bias + gates;
        actorBias = actor + actions * hidden;
        critic = actorBias + actions;
        criticBias = critic + hidden;
        parameters = new double[criticBias + 1];
        weightHTransposed = new double[hidden * gates];
    }

    /** Random small weights; forget gates open, actor nearly uniform. */
    Network initialise(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double ofX = 1 / Math.sqrt(features);
        for (int i = weightX; i < weightH; i++) {
            parameters[i] = ofX * (2 * random.nextDouble() - 1);
        }
        double ofH = 1 / Math.sqrt(hidden);
        for (int i = weightH; i < bias; i++) {
            parameters[i] = ofH * (2 * random.nextDouble() - 1);
        }
        for (int i = 0; i < hidden; i++) {
            parameters[bias + hidden + i] = 1;
        }
        for (int i = actor; i < actorBias; i++) {
            parameters[i] = 0.1 * ofH * (2 * random.nextDouble() - 1);
        }
        return this;
    }

    /** A batch at one depth: what came in and all that the way back needs. */
    static final class Step {
        int rows;
        final double[] x;
        final double[] hBefore;
        final double[] cBefore;
        /** After the step: activated gates. */
        final double[] gate;

        final double[] c;
        final double[] tanhC;
        final double[] h;
        /** Used on the way back. */
        final double[] dGate;

        Step(Network network, int capacity) {
            x = new double[capacity * network.features];
            hBefore = new double[capacity * network.hidden];
            cBefore = new double[capacity * network.hidden];
            gate = new double[capacity * network.gates];
            c = new double[capacity * network.hidden];
            tanhC = new double[capacity * network.hidden];
            h = new double[capacity * network.hidden];
            dGate = new double[capacity * network.gates];
        }
    }

    void forward(Step step) {
        int n = step.rows;
        double[] gate = step.gate;
        Matrices.fillRows(parameters, bias, n, gates, gate);
        Matrices.multiplyAdd(step.x, n, features, parameters, weightX, gates, gate);
        Matrices.multiplyAdd(step.hBefore, n, hidden, parameters, weightH, gates, gate);
        for (int row = 0; row < n; row++) {
            int g = row * gates;
            int s = row * hidden;
            Matrices.sigmoid(gate, g, g + 2 * hidden);
            for (int i = g + 2 * hidden; i < g + 3 * hidden; i++) {
                gate[i] = Matrices.tanh(gate[i]);
            }
            Matrices.sigmoid(gate, g + 3 * hidden, g + gates);
            for (int i = 0; i < hidden; i++) {
                double c = gate[g + hidden + i] * step.cBefore[s + i] + gate[g + i] * gate[g + 2 * hidden + i];
                step.c[s + i] = c;
                double t = Matrices.tanh(c);
                step.tanhC[s + i] = t;
                step.h[s + i] = gate[g + 3 * hidden + i] * t;
            }
        }
    }

    /** The actor's value for an action at a row of a step. */
    double logit(Step step, int row, int action) {
        int at = actor + action * hidden;
        int s = row * hidden;
        double sum = parameters[actorBias + action];
        for (int i = 0; i < hidden; i++) {
            sum += parameters[at + i] * step.h[s + i];
        }
        return sum;
    }

    double value(Step step, int row) {
        int s = row * hidden;
        double sum = parameters[criticBias];
        for (int i = 0; i < hidden; i++) {
            sum += parameters[critic + i] * step.h[s + i];
        }
        return sum;
    }

    /** Adds to the gradients of actor and of the state what one logit's gradient gives. */
    void backLogit(Step step, int row, int action, double d, double[] dH, double[] gradient) {
        int at = actor + action * hidden;
        int s = row * hidden;
        gradient[actorBias + action] += d;
        for (int i = 0; i < hidden; i++) {
            gradient[at + i] += d * step.h[s + i];
            dH[s + i] += d * parameters[at + i];
        }
    }

    void backValue(Step step, int row, double d, double[] dH, double[] gradient) {
        int s = row * hidden;
        gradient[criticBias] += d;
        for (int i = 0; i < hidden; i++) {
            gradient[critic + i] += d * step.h[s + i];
            dH[s + i] += d * parameters[critic + i];
        }
    }

    /** To be called before a series of steps back, after the parameters changed. */
    void prepareBackward() {
        for (int i = 0; i < hidden; i++) {
            for (int j = 0; j < gates; j++) {
                weightHTransposed[j * hidden + i] = parameters[weightH + i * gates + j];
            }
        }
    }

    /**
     * One step back.
     *
     * @param dH gradient by the step's h; afterwards by the h before it
     * @param dC gradient by the step's c without the way over h; afterwards by the c before it
     */
    void backward(Step step, double[] dH, double[] dC, double[] gradient) {
        int n = step.rows;
        for (int row = 0; row < n; row++) {
            int g = row * gates;
            int s = row * hidden;
            for (int i = 0; i < hidden; i++) {
                double in = step.gate[g + i];
                double forget = step.gate[g + hidden + i];
                double candidate = step.gate[g + 2 * hidden + i];
                double out = step.gate[g + 3 * hidden + i];
                double t = step.tanhC[s + i];
                double dh = dH[s + i];
                double dc = dC[s + i] + dh * out * (1 - t * t);
                step.dGate[g + i] = dc * candidate * in * (1 - in);
                step.dGate[g + hidden + i] = dc * step.cBefore[s + i] * forget * (1 - forget);
                step.dGate[g + 2 * hidden + i] = dc * in * (1 - candidate * candidate);
                step.dGate[g + 3 * hidden + i] = dh * t * out * (1 - out);
                dC[s + i] = dc * forget;
                dH[s + i] = 0;
            }
            for (int j = 0; j < gates; j++) {
                gradient[bias + j] += step.dGate[g + j];
            }
        }
        Matrices.transposedMultiplyAdd(step.x, n, features, step.dGate, gates, gradient, weightX);
        Matrices.transposedMultiplyAdd(step.hBefore, n, hidden, step.dGate, gates, gradient, weightH);
        Matrices.multiplyAdd(step.dGate, n, gates, weightHTransposed, 0, hidden, dH);
    }
}
