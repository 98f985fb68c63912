/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MainTest {
    private final PrintStream originalOut = System.out;
    private final PrintStream originalErr = System.err;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir
    Path folder;

    @BeforeEach
    void capture() {
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void restore() {
        System.setOut(originalOut);
        System.setErr(originalErr);
    }

    @Test
    void explainsItself() {
        assertThat(Main.execute("train", "fashion-vit", "--help")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("--data", "--out", "--seed", "--epochs", "--resume", "--static-depths");
    }

    @Test
    void saysWhereTheDataIsToBeHad() {
        assertThat(Main.execute("train", "fashion-vit", "--data", folder.toString()))
                .isNotZero();
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("dataset-fashion-mnist", "train-labels-idx1-ubyte.gz")
                .doesNotContain("\tat ");
    }

    @Test
    void refusesAnUnknownOption() {
        assertThat(Main.execute("train", "fashion-vit", "--unknown")).isEqualTo(2);
    }

    @Test
    void withoutACommandItShowsTheUsage() {
        assertThat(Main.execute()).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("train", "evaluate");
    }
}
