/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.demo.report;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the demo shall do, handed to the container as a JSON file.
 *
 * @param task {@link Task#COMPARE} or {@link Task#MEMORY}
 * @param title what is classified, for people
 * @param model the model's name
 * @param modelFile a {@code .tminus} file for the container to install itself; null if it is deployed by other means
 * @param fullDepthFile the model's {@code model.onnx} on disk; null to use the installed model's own
 * @param dataFolder where the IDX files of images and labels are
 * @param staticFolder where separately trained static models ({@code MODEL-static-*.onnx}) are; null if there are none
 * @param workFolder where progress, outcome and static models are written
 * @param inputsFile where the model's input tensors are: written by {@link Task#COMPARE} for {@link Task#MEMORY} to read
 * @param images how many of the images to use
 * @param threads how many clients send at once
 * @param seed of everything that is random
 * @param swaps how many swaps by configuration and by bundle update
 * @param row which row to measure, for {@link Task#MEMORY}
 * @param stopContainer whether the container stops when done
 */
public record DemoRequest(
        Task task,
        String title,
        String model,
        @Nullable String modelFile,
        @Nullable String fullDepthFile,
        String dataFolder,
        @Nullable String staticFolder,
        String workFolder,
        String inputsFile,
        int images,
        int threads,
        long seed,
        SwapCounts swaps,
        @Nullable RowPlan row,
        boolean stopContainer) {

    /** What to measure. */
    public enum Task {
        /** All rows side by side, then swaps under load. */
        COMPARE,
        /** The peak memory of one row in this process. */
        MEMORY
    }

    /**
     * How many swaps to make.
     *
     * @param byConfiguration changes of the policy in force
     * @param byBundleUpdate a policy's bundle stopped, updated and started
     */
    public record SwapCounts(int byConfiguration, int byBundleUpdate) {}

    /** @throws IllegalArgumentException if a number is out of range, or a memory task names no row */
    public DemoRequest {
        if (images < 1) {
            throw new IllegalArgumentException("The demo needs at least 1 image, got " + images);
        }
        if (threads < 1 || threads > 1024) {
            throw new IllegalArgumentException("The demo runs with 1 to 1024 threads, got " + threads);
        }
        if (task == Task.MEMORY && (row == null || modelFile == null)) {
            throw new IllegalArgumentException("A memory task names its row and the model's file");
        }
    }

    /** The rows that a memory task measures: the one it names. */
    public List<RowPlan> rows() {
        return row == null ? List.of() : List.of(row);
    }
}
