/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tminus.evaluation.ReportFile;
import org.tminus.evaluation.measure.OnnxRuntimeEngine;
import org.tminus.evaluation.report.BenchPage;

/**
 * What was measured. Written as JSON with the names of the components.
 *
 * @param notes what a reader must know, and why figures are missing
 */
public record BenchResult(
        String command,
        String date,
        String machine,
        Map<String, String> versions,
        List<Row> rows,
        List<OfModel> models,
        List<String> notes) {
    /** Plain ONNX Runtime, with the setting that is fastest in each row. */
    public static final String ONNX_RUNTIME = OnnxRuntimeEngine.NAME;

    /** Full depth through the platform. */
    public static final String FULL = "tminus-full";

    /** The model's default operating point through the platform. */
    public static final String ADAPTIVE = "tminus-adaptive";

    /**
     * One engine at one model, batch and number of clients.
     *
     * @param threads how many clients ask at once
     * @param peakMemoryMiB beyond the process without the model; null if not measured
     * @param ratioToOnnxRuntime median over the rounds of the ratio of both engines' median times: below 1 is faster
     * @param ratioCi95 95 % interval of that, low end first: rounds are drawn again
     * @param ratioQuartiles of the same over the rounds
     * @param setting of the engine, for people
     */
    public record Row(
            String model,
            int batch,
            int threads,
            String engine,
            double p50Ms,
            double p99Ms,
            double throughputPerSecond,
            @Nullable Double peakMemoryMiB,
            double ratioToOnnxRuntime,
            List<Double> ratioCi95,
            List<Double> ratioQuartiles,
            String setting) {}

    /**
     * A path of the menu, one input at a time.
     *
     * @param efficiency share of the saved FLOPs that became saved time; null where next to nothing is saved
     */
    public record OfPath(String path, double flopsRatio, double timeRatio, @Nullable Double efficiency) {}

    /**
     * What is measured once for a model.
     *
     * @param efficiency median over the paths
     * @param switchMicroseconds what an answer takes longer when two paths take turns than when each stays
     * @param decisionShare time of predictor and policy over the time of full depth
     * @param coldStartMs from the start of a process to its first answer, by engine
     */
    public record OfModel(
            String model,
            List<OfPath> paths,
            @Nullable Double efficiency,
            @Nullable Double switchMicroseconds,
            @Nullable Double decisionShare,
            Map<String, Double> coldStartMs) {}

    /** Writes all of it; the file appears complete or not at all. */
    public void writeJson(Path file) throws IOException {
        ReportFile.write(
                file, new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(this) + "\n");
    }

    /** Writes a page for people; the file appears complete or not at all. */
    public void writeHtml(Path file) throws IOException {
        ReportFile.write(file, BenchPage.of(this));
    }
}
