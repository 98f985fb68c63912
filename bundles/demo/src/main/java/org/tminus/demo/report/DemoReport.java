/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.demo.report;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the demo found; its JSON form is a contract. Fields may be added, none renamed.
 *
 * @param task what was classified, and by which model
 * @param images how many inputs each row answered
 * @param seed of everything that was random
 * @param machine processor, system, Java and ONNX Runtime
 * @param threads how many clients sent single inputs at once
 * @param rows plain ONNX Runtime first
 * @param swaps what happened while policies were exchanged under load
 * @param notes how it was measured, and what could not be
 */
public record DemoReport(
        String task,
        int images,
        long seed,
        String machine,
        int threads,
        List<Row> rows,
        Swaps swaps,
        List<String> notes) {

    public DemoReport {
        rows = List.copyOf(rows);
        notes = List.copyOf(notes);
    }

    /**
     * A row of the table.
     *
     * @param name for people
     * @param policy {@code onnxruntime}, {@code static}, or a policy's name
     * @param accuracy share of right answers, 0 to 1
     * @param flopsPerInput mean, predictor and policy included
     * @param latencyP50Ms median
     * @param latencyMeanMs mean
     * @param latencyP99Ms 99th percentile
     * @param throughputPerSecond inputs answered per second by all threads together
     * @param peakMemoryMiB above the idle container, in a process of its own; null where it could not be measured
     * @param flopsRatio {@code flopsPerInput} over that of the first row
     * @param operatingPoint of the policy; null for those without one
     * @param fallbacks answers that needed a fall-back
     * @param compiledShare share of the inputs that one graph answered as a whole, 0 to 1; the others ran layer by layer
     * @param backendMeanMs mean time of a request in the backend; 0 for rows without the platform
     * @param detail what else to know about the row; empty for most
     */
    public record Row(
            String name,
            String policy,
            double accuracy,
            double flopsPerInput,
            double latencyP50Ms,
            double latencyMeanMs,
            double latencyP99Ms,
            double throughputPerSecond,
            @Nullable Double peakMemoryMiB,
            double flopsRatio,
            @Nullable String operatingPoint,
            long fallbacks,
            double compiledShare,
            double backendMeanMs,
            String detail) {

        /** The same row with its memory. */
        public Row withPeakMemoryMiB(@Nullable Double value) {
            return new Row(
                    name,
                    policy,
                    accuracy,
                    flopsPerInput,
                    latencyP50Ms,
                    latencyMeanMs,
                    latencyP99Ms,
                    throughputPerSecond,
                    value,
                    flopsRatio,
                    operatingPoint,
                    fallbacks,
                    compiledShare,
                    backendMeanMs,
                    detail);
        }
    }

    /**
     * What happened while policies were exchanged under load.
     *
     * @param byConfiguration swaps of the policy in force that were seen to take effect
     * @param byBundleUpdate policy bundles stopped, updated and started, and seen to answer again
     * @param requests sent meanwhile
     * @param failedRequests that ended with an error, or with an answer that is none
     * @param fallbacks requests that were answered by a fall-back
     * @param longestLatencyMs the slowest request
     * @param firstFailure what the first failed request said; null if none failed
     */
    public record Swaps(
            int byConfiguration,
            int byBundleUpdate,
            long requests,
            long failedRequests,
            long fallbacks,
            double longestLatencyMs,
            @Nullable String firstFailure) {}

    /** The same report with other rows and more notes. */
    public DemoReport with(List<Row> newRows, List<String> newNotes) {
        return new DemoReport(task, images, seed, machine, threads, newRows, swaps, newNotes);
    }
}
