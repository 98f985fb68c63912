/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.cli.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class ProgressDisplayTest {
    private final StringWriter text = new StringWriter();

    @Test
    void elsewhereThanOnATerminalEachActivityIsALine() {
        ProgressDisplay display = new ProgressDisplay(new PrintWriter(text), false);

        display.part("measuring");
        display.show(0.1, "warming up");
        display.show(0.2, "warming up");
        display.show(0.3, "rows");
        display.clear();

        assertThat(text.toString().lines()).containsExactly("tminus: measuring", "  warming up", "  rows");
        assertThat(text.toString()).doesNotContain("\033");
    }

    @Test
    void onATerminalABarShowsTheTimeLeft() {
        ProgressDisplay display = new ProgressDisplay(new PrintWriter(text), true);

        display.part("measuring");
        display.show(0.5, "rows");

        assertThat(text.toString()).contains("[" + "#".repeat(15) + ".".repeat(15) + "]", " 50 %", "0:00 left", "rows");
    }
}
