/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.graph;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A trained model, of its best epoch. The arrays are not copied; nobody should write to them.
 *
 * @param model ONNX file, with the value names of the model that training began with
 * @param exits ONNX file of the exits inside the model: exit N follows layer N - 1, has the input {@code exit.N.hidden} and
 *     the output {@code exit.N.} followed by the name of the model's output, and may read inputs of the model under their own
 *     names; {@code null} without exits
 * @param decisionAccuracy accuracy on the decision split, 0 to 1, of every exit in order of depth and last of full depth; for
 *     embeddings the mean cosine with the teacher
 * @param bestEpoch counted from 1
 * @param change what training changed in the model
 * @param figures such as examples per second and the last losses
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record GraphTrunk(
        byte[] model,
        byte @Nullable [] exits,
        List<Double> decisionAccuracy,
        int bestEpoch,
        Change change,
        Map<String, Double> figures) {
    /** Copies list and map. */
    public GraphTrunk {
        decisionAccuracy = List.copyOf(decisionAccuracy);
        figures = Map.copyOf(figures);
    }

    /** Accuracy of full depth on the decision split, 0 to 1. */
    public double fullAccuracy() {
        return decisionAccuracy.get(decisionAccuracy.size() - 1);
    }
}
