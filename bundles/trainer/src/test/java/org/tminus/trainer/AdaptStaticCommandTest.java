/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tminus.onnx.GraphAnalysis;
import org.tminus.onnx.OnnxModel;
import org.tminus.trainer.graph.Stem;
import org.tminus.trainer.graph.TransformerBuilder;
import org.tminus.trainer.graph.TransformerConfig;

/** From an ONNX file and data to an evaluation beside static models, as people type it. */
class AdaptStaticCommandTest {
    private static final int WORDS = 30;
    private static final TransformerConfig SMALL =
            new TransformerConfig(3, 16, 2, 32, new Stem.Tables(List.of(WORDS, WORDS, WORDS)), 3, 1);

    private static final PrintStream ORIGINAL_OUT = System.out;
    private static final PrintStream ORIGINAL_ERR = System.err;
    private static final ByteArrayOutputStream OUT = new ByteArrayOutputStream();
    private static final ByteArrayOutputStream ERR = new ByteArrayOutputStream();

    @TempDir
    static Path folder;

    private static Path model;
    private static Path data;
    private static Path finished;

    @BeforeAll
    static void adapt() throws IOException {
        System.setOut(new PrintStream(OUT, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(ERR, true, StandardCharsets.UTF_8));
        model = Files.write(
                folder.resolve("small.onnx"), TransformerBuilder.build(SMALL).toBytes());
        data = tokens("tokens.jsonl", 600);
        finished = folder.resolve("small.tminus");
        assertThat(adapt(finished)).as(ERR.toString(StandardCharsets.UTF_8)).isZero();
    }

    @AfterAll
    static void restore() {
        System.setOut(ORIGINAL_OUT);
        System.setErr(ORIGINAL_ERR);
    }

    @BeforeEach
    void forget() {
        OUT.reset();
        ERR.reset();
    }

    private static Path tokens(String name, int rows) throws IOException {
        List<String> lines = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            int first = row % WORDS;
            lines.add("{\"tokens\": [" + first + ", " + row / WORDS % WORDS + ", " + row * 7 % WORDS
                    + "], \"label\": \"" + "abc".charAt(first % 3) + "\"}");
        }
        return Files.write(folder.resolve(name), lines);
    }

    private static int adapt(Path output, String... more) {
        List<String> line = new ArrayList<>(List.of("adapt", model.toString(), "--data", data.toString()));
        line.addAll(List.of("--output", output.toString(), "--epochs", "2", "--policy-seeds", "0", "--yes"));
        line.addAll(Arrays.asList(more));
        return Main.execute(line.toArray(String[]::new));
    }

    private static int statics(Path given, String depths, Path of, String... more) {
        List<String> line = new ArrayList<>(List.of("adapt", "static", model.toString(), "--data", given.toString()));
        line.addAll(List.of("--depths", depths, "--model", of.toString()));
        line.addAll(Arrays.asList(more));
        return Main.execute(line.toArray(String[]::new));
    }

    private static JsonNode evaluated(Path of, Path beside) throws IOException {
        Path json = folder.resolve("report.json");
        assertThat(Main.execute(
                        "evaluate",
                        of.toString(),
                        "--data",
                        data.toString(),
                        "--static",
                        beside.toString(),
                        "--latency-inputs",
                        "0",
                        "--throughput-inputs",
                        "0",
                        "--no-memory",
                        "--json",
                        json.toString()))
                .as(ERR.toString(StandardCharsets.UTF_8))
                .isZero();
        return new ObjectMapper().readTree(json.toFile());
    }

    private static List<JsonNode> staticRows(JsonNode report) {
        List<JsonNode> rows = new ArrayList<>();
        report.path("rows").forEach(row -> {
            if (row.path("kind").asText().equals("static")) {
                rows.add(row);
            }
        });
        return rows;
    }

    @Test
    void anAdaptedModelIsMeasuredAgainstStaticModelsOfItsOwn() throws Exception {
        Path made = folder.resolve("static");
        assertThat(statics(data, "1,2", finished, "--epochs", "2"))
                .as(ERR.toString(StandardCharsets.UTF_8))
                .isZero();
        assertThat(GraphAnalysis.analyze(OnnxModel.read(made.resolve("small-static-2.onnx")))
                        .layers())
                .hasSize(2);
        JsonNode figures =
                new ObjectMapper().readTree(made.resolve("small-static-1.json").toFile());
        assertThat(figures.path("accuracyDecision").asDouble()).isBetween(0.0, 1.0);
        assertThat(figures.path("command").asText())
                .isEqualTo("./tminus adapt static small.onnx --data tokens.jsonl --seed 1 --epochs 2 --depths 1,2");

        List<JsonNode> rows = staticRows(evaluated(finished, made));
        assertThat(rows).extracting(row -> row.path("name").asText()).contains("small-static-1", "small-static-2");
        assertThat(rows)
                .allSatisfy(row -> assertThat(row.path("accuracy").asDouble()).isBetween(0.0, 1.0));
    }

    @Test
    void withoutLabelsStaticModelsLearnToAgree() throws Exception {
        Path bare = folder.resolve("bare/bare.tminus");
        assertThat(adapt(bare, "--labels", "none")).isZero();
        Path made = folder.resolve("bare-static");
        assertThat(statics(data, "3", bare, "--epochs", "2", "--labels", "none", "--output", made.toString()))
                .as(ERR.toString(StandardCharsets.UTF_8))
                .isZero();
        JsonNode figures =
                new ObjectMapper().readTree(made.resolve("bare-static-3.json").toFile());
        assertThat(figures.has("accuracyDecision")).isFalse();
        assertThat(figures.path("agreementWithFullDepthDecision").asDouble())
                .as("all layers learn what all layers answer")
                .isGreaterThan(0.8);
        assertThat(staticRows(evaluated(bare, made))).anySatisfy(row -> {
            assertThat(row.path("name").asText()).isEqualTo("bare-static-3");
            assertThat(row.path("agreement").asDouble()).isGreaterThan(0.8);
        });
    }

    @Test
    void whatWouldBeNoFairBaselineIsRefused() throws Exception {
        refused(data, finished, List.of("--depths", "1,4", "--epochs", "2"), "3 layers", "1 to 3, not 4");
        refused(data, finished, List.of("--depths", "0", "--epochs", "2"), "1 to 3, not 0");
        refused(
                data,
                finished,
                List.of("--depths", "1", "--epochs", "3"),
                "steps of training were 22, are 33 (--epochs)");
        refused(data, finished, List.of("--depths", "1", "--epochs", "2", "--seed", "2"), "seed was 1, is 2");
        refused(
                data,
                finished,
                List.of("--depths", "1", "--epochs", "2", "--labels", "none"),
                "labels was used, is not used");
        refused(
                tokens("others.jsonl", 700),
                finished,
                List.of("--depths", "1", "--epochs", "2"),
                "others.jsonl are not those that the model was adapted with");
        refused(
                data,
                Path.of("../../models/pointer-chase.tminus"),
                List.of("--depths", "1"),
                "was not made by `adapt`",
                "--model");
        refused(data, folder.resolve("none.tminus"), List.of("--depths", "1"), "none.tminus", "--model");
        refused(
                data,
                finished,
                List.of("--depths", "1", "--epochs", "2", "--output", data.toString()),
                "cannot be written to",
                "--output");
    }

    private static void refused(Path given, Path of, List<String> more, String... words) {
        List<String> line = new ArrayList<>(List.of("adapt", "static", model.toString(), "--data", given.toString()));
        line.addAll(List.of(
                "--model",
                of.toString(),
                "--work",
                folder.resolve("refused-work").toString()));
        line.addAll(more);
        assertThat(Main.execute(line.toArray(String[]::new))).isNotZero();
        assertThat(ERR.toString(StandardCharsets.UTF_8))
                .startsWith("error: ")
                .contains(words)
                .doesNotContain("\tat ");
        ERR.reset();
    }

    @Test
    void anotherModelThanTheOneThatWasAdaptedIsRefused() throws Exception {
        TransformerConfig other = new TransformerConfig(3, 16, 2, 32, SMALL.stem(), 3, 2);
        Path same = folder.resolve("other/small.onnx");
        Files.createDirectories(same.getParent());
        Files.write(same, TransformerBuilder.build(other).toBytes());
        assertThat(Main.execute(
                        "adapt",
                        "static",
                        same.toString(),
                        "--data",
                        data.toString(),
                        "--depths",
                        "1",
                        "--epochs",
                        "2",
                        "--model",
                        finished.toString(),
                        "--work",
                        folder.resolve("other-work").toString()))
                .isNotZero();
        assertThat(ERR.toString(StandardCharsets.UTF_8)).contains("began with was ", "adapted with something else");
    }

    @Test
    void whatIsMissingIsNamed() {
        assertThat(Main.execute("adapt", "static", "--data", data.toString(), "--depths", "1"))
                .isEqualTo(2);
        assertThat(Main.execute("adapt", "static", model.toString(), "--depths", "1", "--model", finished.toString()))
                .isEqualTo(2);
        assertThat(Main.execute("adapt", "static", model.toString(), "--data", data.toString()))
                .isEqualTo(2);
        assertThat(Main.execute("evaluate", finished.toString(), "--static", "nowhere"))
                .isEqualTo(1);
        assertThat(ERR.toString(StandardCharsets.UTF_8))
                .contains(
                        "Missing required parameter: 'MODEL.onnx'.",
                        "Missing required option: '--data=PATH'.",
                        "Missing required option: '--depths=N'.",
                        "adapt static --help",
                        "nowhere with static models; check --static")
                .doesNotContain("\tat ");
    }
}
