/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tminus.trainer.pipeline.FolderLock;

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
    void placesOfReportsAreCheckedBeforeAnythingIsMeasured() throws IOException {
        Path file = Files.writeString(folder.resolve("a.txt"), "kept");
        String model = folder.resolve("none.tminus").toString();
        assertThat(Main.execute("evaluate", model, "--html", folder + "/r", "--json", folder + "/./r"))
                .isEqualTo(1);
        assertThat(Main.execute("evaluate", model, "--json", folder.toString())).isEqualTo(1);
        assertThat(Main.execute("evaluate", model, "--html", file + "/page.html"))
                .isEqualTo(1);
        assertThat(Main.execute("train", "pointer-chase", "--output", folder.toString()))
                .isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("same file", "--json names the folder", "cannot be written to", "--output names the folder")
                .doesNotContain("none.tminus");
    }

    @Test
    void twoProcessesDoNotTrainInOneFolder() throws IOException {
        try (FolderLock first = FolderLock.of(folder)) {
            assertThat(first).isNotNull();
            assertThat(Main.execute("train", "pointer-chase", "--work", folder.toString()))
                    .isEqualTo(1);
        }
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("Another process works in", "--work");
    }

    @ParameterizedTest
    @ValueSource(strings = {"pointer-chase", "package-sections", "fashion-vit"})
    void explainsItself(String task) {
        assertThat(Main.execute("train", task, "--help")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains(
                        task,
                        "--data",
                        "--output",
                        "--seed",
                        "--epochs",
                        "--work",
                        "--trunk",
                        "--threads",
                        "--precision");
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
    void saysHowToGetTheEncoder() {
        assertThat(Main.execute("train", "package-sections", "--encoders", folder.toString()))
                .isNotZero();
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("all-minilm-l6-v2", "dependency:get")
                .doesNotContain("\tat ");
    }

    @Test
    void staticModelsNeedTheFinishedOne() {
        Path missing = folder.resolve("missing.tminus");
        assertThat(Main.execute("train", "static", "pointer-chase", "--depths", "1,2", "--model", missing.toString()))
                .isNotZero();
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("missing.tminus")
                .doesNotContain("\tat ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    train nonsense                     | no task 'nonsense'  | pointer-chase
                    train static nonsense --depths 1   | no task 'nonsense'  | pointer-chase
                    train pointer-chase --data here    | --data              | generated
                    train fashion-vit --encoder one    | --encoder           | package-sections
                    train pointer-chase --threads 0    | --threads is 1      | not 0
                    train signposts --policy-seeds -1  | --policy-seeds is 0 | not -1
                    evaluate nowhere.tminus            | nowhere.tminus      | does not exist
                    """)
    void whatCannotBeDoneIsSaidBeforeAnythingIsRead(String line, String what, String advice) {
        assertThat(Main.execute(line.split(" "))).isNotZero();
        assertThat(err.toString(StandardCharsets.UTF_8)).contains(what, advice).doesNotContain("\tat ");
    }

    @Test
    void embeddingsAloneAreRefusedInWords() {
        assertThat(Main.execute("train", "static", "embedding", "--depths", "1", "--alone"))
                .isNotZero();
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("embedding", "alone", "no labels")
                .doesNotContain("\tat ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"train fashion-vit", "train static fashion-vit --depths 1 --model %s"})
    void fashionVitRefusesBfloat16InWords(String command) throws IOException {
        Path model = Files.createFile(folder.resolve("made.tminus"));
        String[] arguments = (command.formatted(model) + " --precision=bfloat16").split(" ");

        assertThat(Main.execute(arguments)).isNotZero();
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("fashion-vit", "float32 only", "bfloat16")
                .doesNotContain("\tat ");
    }

    @Test
    void namesThePrecisionsThereAre() {
        assertThat(Main.execute("train", "pointer-chase", "--precision=float16"))
                .isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("but was 'float16'", "float32", "bfloat16");
    }

    @Test
    void rebuildRefusesAnotherFile() throws IOException {
        Path file = Files.writeString(folder.resolve("a.change"), "nothing");
        assertThat(Main.execute("rebuild", file.toString())).isNotZero();
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("error").doesNotContain("\tat ");
    }

    @Test
    void saysWhichFileIsMissing() {
        Path missing = folder.resolve("missing.change");
        assertThat(Main.execute("rebuild", missing.toString())).isNotZero();
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("there is no file " + missing);
    }

    @Test
    void refusesAnUnknownOption() {
        assertThat(Main.execute("train", "fashion-vit", "--unknown")).isEqualTo(2);
    }

    @Test
    void withoutACommandItShowsTheUsage() {
        assertThat(Main.execute()).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("train", "rebuild", "evaluate");
    }
}
