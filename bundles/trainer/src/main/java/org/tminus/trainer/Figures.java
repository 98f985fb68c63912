/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer;

import java.util.List;
import org.tminus.trainer.decide.Point;

/**
 * What a model gives on one split.
 *
 * @param split the split, in lower case
 * @param inputs its number of rows
 * @param exitAccuracy accuracy of each exit in order of depth, full depth last
 * @param exitFlopsRatio FLOPs of the path to each exit over those of full depth
 * @param points each operating point with its accuracy and FLOPs here
 */
public record Figures(
        String split, int inputs, List<Double> exitAccuracy, List<Double> exitFlopsRatio, List<Point> points) {
    /** Copies the lists. */
    public Figures {
        exitAccuracy = List.copyOf(exitAccuracy);
        exitFlopsRatio = List.copyOf(exitFlopsRatio);
        points = List.copyOf(points);
    }

    /** Accuracy at full depth. */
    public double fullDepthAccuracy() {
        return exitAccuracy.get(exitAccuracy.size() - 1);
    }
}
