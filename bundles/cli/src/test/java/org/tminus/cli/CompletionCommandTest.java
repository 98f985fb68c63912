/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class CompletionCommandTest {

    @Test
    void printsAScriptThatBashAcceptsAndThatKnowsTheCommands() throws Exception {
        StringWriter out = new StringWriter();
        CommandLine commandLine = Main.commandLine();
        commandLine.setOut(new PrintWriter(out));

        assertThat(commandLine.execute("completion")).isZero();

        assertThat(out.toString())
                .contains(
                        "demo",
                        "storm",
                        "--minutes",
                        "inspect",
                        "train",
                        "evaluate",
                        "bench",
                        "jmh",
                        "run",
                        "shell",
                        "--json");
        Process bash =
                new ProcessBuilder("bash", "-n").redirectErrorStream(true).start();
        try (var script = bash.getOutputStream()) {
            script.write(out.toString().getBytes(StandardCharsets.UTF_8));
        }
        assertThat(new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEmpty();
        assertThat(bash.waitFor()).isZero();
    }

    @Test
    void refusesUnknownCommands() {
        CommandLine commandLine = Main.commandLine();
        commandLine.setErr(new PrintWriter(new StringWriter()));

        assertThat(commandLine.execute("no-such-command")).isEqualTo(2);
    }
}
