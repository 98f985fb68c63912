/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.adapt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tminus.trainer.ProgressListener;
import org.tminus.trainer.graph.Stem;
import org.tminus.trainer.graph.TransformerBuilder;
import org.tminus.trainer.graph.TransformerConfig;
import org.tminus.trainer.pipeline.PipelineOptions.PolicyEffort;

/** Kills a run the hard way in every stage, one after the other; what comes out must not show it. */
class HardKillTest {
    private static final int WORDS = 12;
    private static final int LENGTH = 4;
    /** Patterns of what is reported in each stage. */
    private static final List<String> POINTS = List.of(
            "tokens.jsonl",
            "every path on the decision split",
            "predictor",
            "policy open of 6 units, seed 1",
            "policy closed of 12 units, seed 1",
            "policy of a coarser problem",
            "predictor on the stem",
            "every path on the calibration split",
            "Loss of accuracy|Not certifiable",
            "wrote");

    @TempDir
    Path folder;

    static Request request(Path folder, String name) {
        return new Request(
                folder.resolve("small.onnx"),
                folder.resolve("tokens.jsonl"),
                Optional.empty(),
                LabelNames.FROM_DATA,
                new Request.Text(null, "text", "label", Optional.empty(), 64),
                new Request.Picture(32),
                Request.Head.OWN,
                new Request.Training(2, 1, 1, new PolicyEffort(1, 4)),
                folder.resolve(name).resolve("small.tminus"),
                folder.resolve(name + ".work"),
                "unknown",
                "./tminus adapt");
    }

    /** Some inputs need one token only, others all of them. */
    private void write() throws IOException {
        TransformerConfig config =
                new TransformerConfig(3, 16, 2, 32, new Stem.Tables(List.of(WORDS, WORDS, WORDS, WORDS)), 3, 1);
        Files.write(
                folder.resolve("small.onnx"), TransformerBuilder.build(config).toBytes());
        SplittableRandom random = new SplittableRandom(5);
        List<String> lines = new ArrayList<>();
        for (int row = 0; row < 1500; row++) {
            List<Integer> tokens = new ArrayList<>();
            int sum = 0;
            for (int i = 0; i < LENGTH; i++) {
                tokens.add(random.nextInt(WORDS));
                sum += tokens.get(i);
            }
            int label = (tokens.get(0) < WORDS / 2 ? tokens.get(0) : sum) % 3;
            lines.add("{\"tokens\": " + tokens + ", \"label\": \"" + "abc".charAt(label) + "\"}");
        }
        Files.write(folder.resolve("tokens.jsonl"), lines);
    }

    @Test
    @Timeout(value = 15, unit = TimeUnit.MINUTES)
    void aRunThatWasKilledInEveryStageEndsWithTheSameFile() throws Exception {
        write();
        Request whole = request(folder, "whole");
        assertThat(Adaptation.prepare(whole, ProgressListener.NONE).run(ProgressListener.NONE, () -> false))
                .isNotNull();
        for (String point : POINTS) {
            assertThat(runUntil(point)).as(point).isEqualTo(KilledRun.AT);
        }
        assertThat(runUntil("")).isEqualTo(KilledRun.DONE);
        assertThat(request(folder, "killed").output()).hasSameBinaryContentAs(whole.output());
    }

    /** Starts a process and kills it at the point, with no chance to put anything in order. */
    private String runUntil(String point) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        KilledRun.class.getName(),
                        folder.toString(),
                        "killed",
                        point)
                .redirectError(folder.resolve("errors.txt").toFile())
                .start();
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String line = out.readLine();
            while (line != null && !line.equals(KilledRun.AT) && !line.startsWith(KilledRun.DONE)) {
                line = out.readLine();
            }
            return line == null ? Files.readString(folder.resolve("errors.txt")) : line;
        } finally {
            process.destroyForcibly().waitFor();
        }
    }
}
