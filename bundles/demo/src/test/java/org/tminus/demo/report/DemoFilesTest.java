/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.demo.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tminus.demo.report.DemoRequest.SwapCounts;

class DemoFilesTest {

    @TempDir
    Path folder;

    @Test
    void theReportHasTheFieldsOfTheContract() throws IOException {
        Path file = folder.resolve("report.json");

        DemoFiles.write(file, Reports.sample());

        JsonNode json = new ObjectMapper().readTree(file.toFile());
        assertThat(json.get("task").isTextual()).isTrue();
        assertThat(json.get("images").intValue()).isEqualTo(10_000);
        assertThat(json.get("seed").isIntegralNumber()).isTrue();
        assertThat(json.get("machine").isTextual()).isTrue();
        JsonNode row = json.get("rows").get(0);
        assertThat(row.get("name").isTextual()).isTrue();
        assertThat(row.get("policy").textValue()).isEqualTo("onnxruntime");
        for (String field : List.of(
                "accuracy",
                "flopsPerInput",
                "latencyP50Ms",
                "latencyMeanMs",
                "latencyP99Ms",
                "throughputPerSecond",
                "peakMemoryMiB")) {
            assertThat(row.get(field).isNumber()).as(field).isTrue();
        }
        assertThat(json.get("rows").get(1).get("peakMemoryMiB").isNull()).isTrue();
        JsonNode swaps = json.get("swaps");
        for (String field : List.of("byConfiguration", "byBundleUpdate", "requests", "failedRequests", "fallbacks")) {
            assertThat(swaps.get(field).isIntegralNumber()).as(field).isTrue();
        }
    }

    @Test
    void whatIsWrittenIsReadAgainAndNothingElseIsLeft() throws IOException {
        DemoOutcome outcome = DemoOutcome.compared(
                Reports.sample(),
                List.of(
                        RowPlan.platform("budget", "budget", "balanced"),
                        RowPlan.plain(
                                "static",
                                "static",
                                SessionSetting.ONE_THREAD,
                                List.of(new RowPlan.Part("2 layers", "/a b/2.onnx", 1e6, 0.5)))));
        Path file = folder.resolve("new folder").resolve("outcome.json");

        DemoFiles.write(file, outcome);
        DemoFiles.write(file, outcome);

        assertThat(DemoFiles.read(file, DemoOutcome.class)).isEqualTo(outcome);
        try (Stream<Path> all = Files.list(folder.resolve("new folder"))) {
            assertThat(all).containsExactly(file);
        }
    }

    @Test
    void aRequestSurvivesTheFile() throws IOException {
        DemoRequest request = request(DemoRequest.Task.MEMORY, 5, RowPlan.platform("full depth", "full", null));
        Path file = folder.resolve("request.json");

        DemoFiles.write(file, request);

        assertThat(DemoFiles.read(file, DemoRequest.class)).isEqualTo(request);
    }

    @Test
    void aDamagedFileIsNamed() throws IOException {
        Path file = folder.resolve("request.json");
        Files.writeString(file, "{\"task\": \"DANCE\"}");

        assertThatIOException()
                .isThrownBy(() -> DemoFiles.read(file, DemoRequest.class))
                .withMessageContaining("request.json")
                .withMessageContaining("DANCE");
    }

    @Test
    void aRequestThatCannotWorkIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> request(DemoRequest.Task.COMPARE, 0, null));
        assertThatIllegalArgumentException().isThrownBy(() -> request(DemoRequest.Task.MEMORY, 1, null));
    }

    private static DemoRequest request(DemoRequest.Task task, int images, @Nullable RowPlan row) {
        return new DemoRequest(
                task,
                "images",
                "model",
                "/m.tminus",
                null,
                "/data",
                null,
                "/work folder",
                "/work folder/inputs.bin",
                images,
                2,
                7,
                new SwapCounts(3, 1),
                row,
                true);
    }
}
