/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ServedFlopsTest {
    @Test
    void whatIsServedOtherwiseIsSaid() {
        assertThat(ServedFlops.deviation("early exit", 0.1727, 0.8739))
                .hasValueSatisfying(sentence -> assertThat(sentence).contains("'early exit'", "17.3 %", "87.4 %"));
    }

    @Test
    void singleInputsMayBeDecidedOtherwise() {
        assertThat(ServedFlops.deviation("early exit", 0.4255, 0.4241)).isEmpty();
    }

    @Test
    void whatHasNoTraceIsNotDoubted() {
        assertThat(ServedFlops.deviation("static", null, 0.5)).isEmpty();
        assertThat(ServedFlops.deviation("oracle", null, null)).isEmpty();
    }
}
