/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConsoleProgressTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

    @Test
    void showsShareTimeLeftAndFigures() {
        assertThat(ConsoleProgress.line(progress(30, 120)))
                .contains("trunk", "25.0 %", "1:30 left", "loss 0.250", "images/s 300");
    }

    @Test
    void writesPlainLinesWithoutATerminal() {
        ConsoleProgress console = new ConsoleProgress(out, false);
        for (int step = 1; step <= 50; step++) {
            console.progress(progress(step, 100));
        }
        console.message("epoch 1");
        console.progress(progress(100, 100));
        assertThat(bytes.toString(StandardCharsets.UTF_8))
                .doesNotContain("\r", "\u001b")
                .hasLineCount(3);
    }

    @Test
    void drawsOverTheLineOnATerminal() {
        ConsoleProgress console = new ConsoleProgress(out, true);
        console.progress(progress(1, 100));
        console.message("epoch 1");
        assertThat(bytes.toString(StandardCharsets.UTF_8)).startsWith("\r").contains("\nepoch 1");
    }

    private static Progress progress(int done, int total) {
        return new Progress(
                "trunk",
                done,
                total,
                Duration.ofSeconds(30),
                Duration.ofSeconds(90),
                Map.of("loss", 0.25, "images/s", 300.0));
    }
}
