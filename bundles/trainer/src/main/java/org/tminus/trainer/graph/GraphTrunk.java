/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.graph;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A trained model, of its best epoch. The arrays are not copied; nobody should write to them. */
public final class GraphTrunk {
    private final byte[] model;
    private final byte @Nullable [] exits;
    private final List<Double> decisionAccuracy;
    private final int bestEpoch;
    private final Change change;
    private final Map<String, Double> figures;

    GraphTrunk(
            byte[] model,
            byte @Nullable [] exits,
            List<Double> decisionAccuracy,
            int bestEpoch,
            Change change,
            Map<String, Double> figures) {
        this.model = model;
        this.exits = exits;
        this.decisionAccuracy = List.copyOf(decisionAccuracy);
        this.bestEpoch = bestEpoch;
        this.change = change;
        this.figures = Map.copyOf(figures);
    }

    /** ONNX file, with the value names of the model that training began with. */
    public byte[] model() {
        return model;
    }

    /**
     * ONNX file of the exits inside the model; {@code null} without exits. Exit N follows layer N - 1, has the input
     * {@code exit.N.hidden} and the output {@code exit.N.} followed by the name of the model's output, and may read inputs of
     * the model under their own names.
     */
    public byte @Nullable [] exits() {
        return exits;
    }

    /**
     * Accuracy on the decision split, 0 to 1, of every exit in order of depth and last of full depth; for embeddings the mean
     * cosine with the model as it came.
     */
    public List<Double> decisionAccuracy() {
        return decisionAccuracy;
    }

    /** Accuracy of full depth on the decision split, 0 to 1. */
    public double fullAccuracy() {
        return decisionAccuracy.get(decisionAccuracy.size() - 1);
    }

    /** The epoch that the weights are from, counted from 1. */
    public int bestEpoch() {
        return bestEpoch;
    }

    /** What training changed in the model. */
    public Change change() {
        return change;
    }

    /** Numbers for reports, such as steps and examples per second. */
    public Map<String, Double> figures() {
        return figures;
    }
}
