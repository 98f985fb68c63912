/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShadowDrawTest {
    @ParameterizedTest
    @ValueSource(doubles = {0, 0.01, 0.1, 0.5, 1})
    void drawsTheShareAskedForWithoutAPattern(double share) {
        int requests = 100_000;
        int drawn = 0;
        int both = 0;
        for (int id = 1; id <= requests; id++) {
            boolean first = ShadowRuns.isDrawn(id, 0, share);
            drawn += first ? 1 : 0;
            both += first && ShadowRuns.isDrawn(id + 1, 0, share) && ShadowRuns.isDrawn(id, 1, share) ? 1 : 0;
            assertThat(ShadowRuns.isDrawn(id, 0, share)).isEqualTo(first);
        }
        assertThat((double) drawn / requests).isBetween(share * 0.9, share * 1.1);
        assertThat((double) both / requests)
                .isBetween(Math.pow(share, 3) * 0.9 - 1e-4, Math.pow(share, 3) * 1.1 + 1e-4);
    }
}
