/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tminus.evaluation.EvaluationProgress;
import org.tminus.evaluation.Sentences;
import org.tminus.evaluation.TinyEncoder;
import org.tminus.evaluation.TinyModelFile;
import org.tminus.learning.data.Examples;
import org.tminus.onnxruntime.OnnxRuntimes;

class BenchTest {
    private static final BenchOptions QUICK = new BenchOptions(List.of(1, 3), List.of(1, 2), 3, 1, false, 1);

    private final Examples examples = new Sentences(20, TinyEncoder.CLASSES, 1);

    @Test
    void everyEngineHasARowForEachBatchAndNumberOfClients(@TempDir Path folder) throws Exception {
        Path file = TinyModelFile.write(folder);
        Bench bench = new Bench(OnnxRuntimes.standalone(), QUICK, EvaluationProgress.NONE);
        bench.add(file, examples);
        Path json = folder.resolve("bench.json");
        new BenchResult("./tminus bench", "2026-01-01", "here", Map.of(), bench.rows(), bench.models(), bench.notes())
                .writeJson(json);

        assertThat(bench.rows()).hasSize(2 * 2 * 3).allSatisfy(row -> {
            assertThat(row.p50Ms()).isPositive().isLessThanOrEqualTo(row.p99Ms());
            assertThat(row.throughputPerSecond()).isPositive();
            assertThat(row.ratioToOnnxRuntime())
                    .isBetween(row.ratioQuartiles().get(0), row.ratioQuartiles().get(1));
        });
        assertThat(bench.rows())
                .filteredOn(row -> row.engine().equals(BenchResult.ONNX_RUNTIME))
                .allSatisfy(row -> assertThat(row.ratioToOnnxRuntime()).isEqualTo(1));
        JsonNode read = new ObjectMapper().readTree(json.toFile());
        assertThat(read.at("/rows/0").fieldNames())
                .toIterable()
                .contains(
                        "model",
                        "batch",
                        "threads",
                        "engine",
                        "p50Ms",
                        "p99Ms",
                        "throughputPerSecond",
                        "peakMemoryMiB",
                        "ratioToOnnxRuntime");
        BenchResult.OfModel model = bench.models().get(0);
        assertThat(model.paths()).isNotEmpty().allSatisfy(path -> {
            assertThat(path.flopsRatio()).isBetween(0.0, 1.0);
            assertThat(path.timeRatio()).isPositive();
        });
        assertThat(model.decisionShare()).isPositive();
        assertThat(model.coldStartMs()).containsOnlyKeys(BenchResult.ONNX_RUNTIME, BenchResult.FULL);
        assertThat(bench.notes()).isEmpty();
    }

    @Test
    void stopsWhenToldTo(@TempDir Path folder) throws Exception {
        Path file = TinyModelFile.write(folder);
        Bench bench = new Bench(OnnxRuntimes.standalone(), QUICK, new EvaluationProgress() {
            @Override
            public void at(String step, long done, long total) {}

            @Override
            public boolean isCancelled() {
                return true;
            }
        });

        assertThatThrownBy(() -> bench.add(file, examples)).isInstanceOf(CancellationException.class);
    }

    @Test
    void optionsOutOfRangeAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new BenchOptions(List.of(0), List.of(1), 3, 1, false, 0))
                .withMessageContaining("a batch must be 1 to 1024, not 0");
        assertThatIllegalArgumentException().isThrownBy(() -> new BenchOptions(List.of(1), List.of(), 3, 1, false, 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new BenchOptions(List.of(1), List.of(1), 2, 1, false, 0))
                .withMessageContaining("rounds");
    }
}
