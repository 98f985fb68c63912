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
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tminus.evaluation.EvaluationException;
import org.tminus.evaluation.EvaluationProgress;
import org.tminus.evaluation.Sentences;
import org.tminus.evaluation.TinyEncoder;
import org.tminus.evaluation.TinyModelFile;
import org.tminus.evaluation.measure.Engine;
import org.tminus.evaluation.measure.OnnxRuntimeEngine;
import org.tminus.evaluation.measure.Server;
import org.tminus.learning.data.Examples;
import org.tminus.onnxruntime.OnnxRuntimes;

class BenchTest {
    private static final BenchOptions QUICK = new BenchOptions(List.of(1, 3), List.of(1, 2), 5, 3, 1, false, 1);

    private final Examples examples = new Sentences(20, TinyEncoder.CLASSES, 1);

    @Test
    void everyEngineHasARowForEachBatchAndNumberOfClients(@TempDir Path folder) throws Exception {
        Path file = TinyModelFile.write(folder);
        Bench bench =
                new Bench(OnnxRuntimes.standalone(), QUICK, List.of(new OnnxRuntimeEngine()), EvaluationProgress.NONE);
        bench.add(file, examples);
        BenchResult result = bench.result("./tminus bench");
        Path json = folder.resolve("bench.json");
        result.writeJson(json);

        // A batch of 3 for 2 clients is more than may be in flight.
        assertThat(result.rows()).hasSize((2 * 2 - 1) * 3).allSatisfy(row -> {
            assertThat(row.p50Ms()).isPositive().isLessThanOrEqualTo(row.p99Ms());
            assertThat(row.throughputPerSecond()).isPositive();
            assertThat(row.ratioToOnnxRuntime())
                    .isBetween(row.ratioQuartiles().get(0), row.ratioQuartiles().get(1))
                    .isBetween(row.ratioCi95().get(0), row.ratioCi95().get(1));
        });
        assertThat(result.rows())
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
                        "ratioToOnnxRuntime",
                        "ratioCi95");
        BenchResult.OfModel model = result.models().get(0);
        assertThat(model.paths()).isNotEmpty().allSatisfy(path -> {
            assertThat(path.flopsRatio()).isBetween(0.0, 1.0);
            assertThat(path.timeRatio()).isPositive();
        });
        assertThat(model.decisionShare()).isPositive();
        assertThat(model.coldStartMs()).containsOnlyKeys(BenchResult.ONNX_RUNTIME, BenchResult.FULL);
        assertThat(result.notes()).isEmpty();
        assertThat(result.versions()).containsKeys("java", BenchResult.ONNX_RUNTIME);
    }

    @Test
    void anotherLibraryHasRowsOrTheNotesSayWhyNot(@TempDir Path folder) throws Exception {
        Path file = TinyModelFile.write(folder);
        BenchOptions options = new BenchOptions(List.of(1), List.of(1), 1, 2, 1, false, 0);
        Bench bench = new Bench(
                OnnxRuntimes.standalone(),
                options,
                List.of(
                        new OnnxRuntimeEngine(),
                        new Fake("other", "", ""),
                        new Fake("broken", "there is no such library here", ""),
                        new Fake("refusing", "", "it does not know an operator")),
                EvaluationProgress.NONE);
        bench.add(file, examples);
        BenchResult result = bench.result("");

        assertThat(result.rows())
                .extracting(BenchResult.Row::engine)
                .containsExactly(BenchResult.ONNX_RUNTIME, "other", BenchResult.FULL, BenchResult.ADAPTIVE);
        assertThat(result.rows().get(1).setting()).isIn("one way", "another way");
        assertThat(result.notes())
                .satisfiesExactly(
                        note -> assertThat(note).contains("broken", "there is no such library here"),
                        note -> assertThat(note).contains("refusing", "tiny", "it does not know an operator"));
        assertThat(result.versions()).containsEntry("other", "1.0").doesNotContainKey("broken");
    }

    /** Plain ONNX Runtime by another name. */
    private record Fake(String name, String failureToLoad, String failureToOpen) implements Engine {
        @Override
        public void load() throws EvaluationException {
            if (!failureToLoad.isEmpty()) {
                throw new EvaluationException(failureToLoad, "");
            }
        }

        @Override
        public String version() {
            return "1.0";
        }

        @Override
        public List<String> settings() {
            return List.of("one way", "another way");
        }

        @Override
        public Server open(Path graph, String setting) throws EvaluationException {
            if (!failureToOpen.isEmpty()) {
                throw new EvaluationException(failureToOpen, "");
            }
            OnnxRuntimeEngine plain = new OnnxRuntimeEngine();
            return plain.open(graph, plain.settings().get(0));
        }
    }

    @Test
    void stopsWhenToldTo(@TempDir Path folder) throws Exception {
        Path file = TinyModelFile.write(folder);
        Bench bench =
                new Bench(OnnxRuntimes.standalone(), QUICK, List.of(new OnnxRuntimeEngine()), new EvaluationProgress() {
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
                .isThrownBy(() -> new BenchOptions(List.of(0), List.of(1), 1, 3, 1, false, 0))
                .withMessageContaining("a batch must be 1 to 1024, not 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new BenchOptions(List.of(1), List.of(), 1, 3, 1, false, 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new BenchOptions(List.of(1), List.of(1), 1, 1, 1, false, 0))
                .withMessageContaining("rounds");
    }
}
