/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.demo.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProgressLineTest {

    @Test
    void aLineIsReadAgain() {
        ProgressLine line = new ProgressLine(0.25, "measuring 10 rows");

        assertThat(ProgressLine.parse(line.format())).contains(line);
    }

    @Test
    void whatIsNoLineIsPassedOver() {
        assertThat(ProgressLine.parse("")).isEmpty();
        assertThat(ProgressLine.parse("0.5")).isEmpty();
        assertThat(ProgressLine.parse("half\tmeasuring")).isEmpty();
        assertThat(ProgressLine.parse("1.5\tmeasuring")).isEmpty();
        assertThat(ProgressLine.parse("NaN\tmeasuring")).isEmpty();
    }
}
