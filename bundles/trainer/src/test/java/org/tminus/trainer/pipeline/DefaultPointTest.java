/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tminus.trainer.decide.Point;

class DefaultPointTest {
    private static final List<Point> POINTS =
            List.of(point("careful", 0.8), point("balanced", 0.5), point("economical", 0.3), point("budget-x", 0.3));

    private static Point point(String name, double flopsRatio) {
        return new Point(name, "budget", Map.of(), flopsRatio, 0.9);
    }

    @Test
    void onlyCertifiedPointsAreInForce() {
        assertThat(DefaultPoint.of(POINTS, List.of("careful", "balanced"), null, 0.9))
                .isEqualTo(new DefaultPoint("balanced", POINTS));
        assertThat(DefaultPoint.of(POINTS, List.of("careful"), "balanced", 0.9).name())
                .isEqualTo("careful");
    }

    @Test
    void aPreferredPointIsTakenIfItIsCertified() {
        List<String> all = List.of("careful", "balanced", "economical", "budget-x");
        assertThat(DefaultPoint.of(POINTS, all, "balanced", 0.9).name()).isEqualTo("balanced");
        assertThat(DefaultPoint.of(POINTS, all, null, 0.9).name()).isEqualTo("economical");
    }

    @Test
    void withoutACertificateFullDepthIsInForce() {
        DefaultPoint none = DefaultPoint.of(POINTS, List.of(), "balanced", 0.9);
        assertThat(none.name()).isEqualTo("full-depth");
        assertThat(none.points()).hasSize(5).startsWith(POINTS.toArray(new Point[0]));
        assertThat(none.points().get(4)).isEqualTo(new Point("full-depth", "full", Map.of(), 1, 0.9));
    }
}
