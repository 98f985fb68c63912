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
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tminus.trainer.graph.TinyBert;

/** What people meet who type something wrong: words that say what to do, and no stack trace. */
class AdaptCommandTest {
    private final PrintStream originalOut = System.out;
    private final PrintStream originalErr = System.err;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir
    Path folder;

    private Path model;
    private Path data;

    @BeforeEach
    void prepare() throws Exception {
        model = Files.write(folder.resolve("tiny.onnx"), TinyBert.build(2).toBytes());
        data = Files.write(folder.resolve("data.jsonl"), lines(TinyBert.WORDS));
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void restore() {
        System.setOut(originalOut);
        System.setErr(originalErr);
    }

    private static List<String> lines(int words) {
        List<String> lines = new ArrayList<>();
        for (int row = 0; row < 300; row++) {
            lines.add("{\"input_ids\": [" + row % words + ", " + row / words + ", " + row * 7 % words
                    + "], \"attention_mask\": [1, 1, 1], \"label\": \"" + "ab".charAt(row % 2) + "\"}");
        }
        return lines;
    }

    private void refused(List<String> arguments, String... words) {
        List<String> line = new ArrayList<>(List.of("adapt"));
        line.addAll(arguments);
        line.addAll(List.of("--dry-run", "--policy-seeds", "0"));
        assertThat(Main.execute(line.toArray(String[]::new))).isNotZero();
        assertThat(err.toString(StandardCharsets.UTF_8))
                .startsWith("error: ")
                .contains(words)
                .doesNotContain("\tat ");
        err.reset();
    }

    private void refusedModel(Path wrong, String... words) {
        refused(List.of(wrong.toString(), "--data", data.toString()), words);
    }

    private void refusedData(Path wrong, String... words) {
        refused(List.of(model.toString(), "--data", wrong.toString()), words);
    }

    private void refusedOption(String option, String value, String... words) {
        refused(List.of(model.toString(), "--data", data.toString(), option, value), words);
    }

    @Test
    void helpBeginsWithWhatPeopleNeedFirst() {
        assertThat(Main.execute("adapt", "--help")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .containsSubsequence(
                        "MODEL.onnx --data PATH",
                        "MODEL.onnx ",
                        "--data=",
                        "--labels=",
                        "--tokenizer=",
                        "--output=",
                        "--dry-run",
                        "How the data is read",
                        "--text-column=",
                        "--max-length=",
                        "What the model answers",
                        "--answer=",
                        "--pooling=",
                        "--new-head",
                        "How it is trained",
                        "--epochs=",
                        "--seed=",
                        "What is decided",
                        "--policy-seeds=",
                        "--data-since=",
                        "Commands:",
                        "static");
    }

    @ParameterizedTest
    @CsvSource({
        "train pointer-chase,--output=;--epochs=;Where things are;--data=;What is trained;--policy-seeds=",
        "train static,--depths=;--output=;--epochs=;Where things are;--work",
        "adapt static,MODEL.onnx --data PATH --depths N;--depths=;--model=;--output=;--data=;How it is trained;--epochs=",
        "evaluate,--html=;--data=;How much is measured;--latency-inputs="
    })
    void soDoesThatOfTheOthers(String command, String order) {
        String[] line = (command + " --help").split(" ");
        assertThat(Main.execute(line)).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).containsSubsequence(order.split(";"));
    }

    @Test
    void aWrongFileIsNoModel() throws IOException {
        refusedModel(folder.resolve("missing.onnx"), "missing.onnx. Check the name");
        refusedModel(Files.writeString(folder.resolve("text.onnx"), "hello"), "ONNX file", "Export");
        refusedModel(Files.createFile(folder.resolve("empty.onnx")), "empty", "Check");
        refusedModel(Files.createDirectory(folder.resolve("folder.onnx")), "folder.onnx. Check the name");
        byte[] whole = Files.readAllBytes(model);
        refusedModel(
                Files.write(folder.resolve("half.onnx"), Arrays.copyOf(whole, whole.length / 2)), "complete", "copied");
        refusedModel(Path.of(""), "MODEL.onnx is empty. Name");
    }

    @Test
    void dataThatIsNoneIsRefused() throws IOException {
        refusedData(folder.resolve("missing.jsonl"), "missing.jsonl", "Give");
        refusedData(Files.createFile(folder.resolve("empty.jsonl")), "is empty", "Give");
        refusedData(Files.createDirectory(folder.resolve("empty")), "taken for pictures", "Give");
        refusedData(Path.of(""), "--data is empty. Name");
        List<String> one = lines(TinyBert.WORDS).stream()
                .map(line -> line.replace("\"b\"", "\"a\""))
                .toList();
        refusedData(Files.write(folder.resolve("one.jsonl"), one), "one class", "Give examples of two classes");
        List<String> nan = new ArrayList<>(lines(TinyBert.WORDS));
        nan.set(6, nan.get(6).replaceFirst("\\[\\d+", "[NaN"));
        refusedData(Files.write(folder.resolve("nan.jsonl"), nan), "Line 7", "NaN", "numbers of the same shape");
        refusedData(
                Files.write(folder.resolve("far.jsonl"), lines(TinyBert.WORDS + 5)),
                "a number from 0 to 29, which the model knows");
    }

    @Test
    void optionsOutOfRangeAreNamed() throws IOException {
        refusedOption("--threads", "0", "--threads is 1 or more, not 0");
        refusedOption("--epochs", "-1", "--epochs is 0 or more, not -1");
        refusedOption("--policy-updates", "-1", "--policy-updates is 0 or more");
        refusedOption("--max-length", "1", "--max-length is 2 or more");
        refusedOption("--image-size", "0", "--image-size is 1 or more");
        refusedOption("--answer", "vector", "--answer is classes or embedding, not 'vector'");
        refusedOption("--pooling", "max", "--pooling is mean or first, not 'max'");
        refusedOption("--data-since", "yesterday", "--data-since is a day or a time in UTC", "not 'yesterday'");
        refusedOption("--data-since", "9999-12-31", "--data-since is in the future");
        refusedOption("--threads", "many", "'many' is not an int", "./tminus adapt --help");
        refusedOption("--unknown", "1", "--unknown", "MODEL.onnx --data PATH", "./tminus adapt --help");
        Path labels = Files.writeString(folder.resolve("labels.txt"), "x\ny\n");
        refusedOption("--labels", labels.toString(), "'a' in line 1", "(x, y)");
        refusedOption("--labels", folder.resolve("missing.txt").toString(), "missing.txt", "Write a name per line");
    }

    @Test
    void dataAreSinceTheBeginningOfADayOrATime() {
        assertThat(AdaptCommand.time("2026-01-31")).isEqualTo(Instant.parse("2026-01-31T00:00:00Z"));
        assertThat(AdaptCommand.time("2026-01-31T08:30:00Z")).isEqualTo(Instant.parse("2026-01-31T08:30:00Z"));
    }

    @Test
    void anOutputThatCannotBeWrittenIsRefused() {
        refusedOption("--output", data.resolve("x.tminus").toString(), "cannot be written to", "--output");
        refusedOption("--out", folder.toString(), "is a folder", "model.tminus");
        refusedOption("--out", folder.resolve("x.zip").toString(), ".tminus", "--output");
        refusedOption("--out", "", "--output is empty. Name");
        refusedOption("--work", data.toString(), "cannot be written to", "--work");
        refusedOption("--work", "", "--work is empty. Name");
    }

    @Test
    void missingOptionsAreNamedWithoutAllTheHelp() {
        assertThat(Main.execute("adapt", model.toString())).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .startsWith("error: Missing required option: '--data=PATH'.")
                .contains("./tminus adapt --help")
                .hasLineCount(3);
    }

    @Test
    void aFileThatIsThereIsReplacedAndADryRunBindsNothing() throws IOException {
        Path output = Files.writeString(folder.resolve("tiny.tminus"), "another model");
        String[] line = {
            "adapt",
            model.toString(),
            "--data",
            data.toString(),
            "--out",
            output.toString(),
            "--dry-run",
            "--policy-seeds",
            "0"
        };
        assertThat(Main.execute(line)).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("is there already and will be replaced");
        assertThat(output).hasContent("another model");
        String[] other = Arrays.copyOf(line, line.length + 2);
        other[line.length] = "--epochs";
        other[line.length + 1] = "2";
        assertThat(Main.execute(other)).as(err.toString(StandardCharsets.UTF_8)).isZero();
        assertThat(folder.resolve("tiny.tminus.work")).doesNotExist();
    }
}
