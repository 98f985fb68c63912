/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.pipeline;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tminus.trainer.decide.Point;

/**
 * The operating point that is in force if nobody says otherwise: only a certified one, or full depth.
 *
 * @param name of it
 * @param points all of the model, full depth among them if that is in force
 */
record DefaultPoint(String name, List<Point> points) {
    static final String FULL_DEPTH = "full-depth";
    private static final String POLICY = "full";

    /**
     * Chooses.
     *
     * @param points of the model
     * @param certified names of those that the certificate holds for
     * @param preferred taken if it is certified; {@code null} for the cheapest certified one, which is taken otherwise, too
     * @param accuracy of full depth; NaN without labels
     */
    static DefaultPoint of(List<Point> points, List<String> certified, @Nullable String preferred, double accuracy) {
        if (preferred != null && certified.contains(preferred)) {
            return new DefaultPoint(preferred, points);
        }
        return points.stream()
                .filter(point -> certified.contains(point.name()))
                // Of equal ones the first, which is that with the name of a level.
                .min(Comparator.comparingDouble(Point::flopsRatio))
                .map(point -> new DefaultPoint(point.name(), points))
                .orElseGet(() -> fullDepth(points, accuracy));
    }

    private static DefaultPoint fullDepth(List<Point> points, double accuracy) {
        List<Point> all = new ArrayList<>(points);
        all.add(new Point(FULL_DEPTH, POLICY, Map.of(), 1, accuracy));
        return new DefaultPoint(FULL_DEPTH, List.copyOf(all));
    }
}
