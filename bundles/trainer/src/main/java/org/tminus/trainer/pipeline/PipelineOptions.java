/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.pipeline;

import java.nio.file.Path;

/**
 * How a task becomes a model file.
 *
 * @param output the {@code .tminus} file to write
 * @param workFolder where results of stages are kept, and found again
 * @param command the command that does the same again, without paths of this machine; for the provenance
 * @param seed of predictor and policies
 * @param policy how policies are trained
 */
public record PipelineOptions(Path output, Path workFolder, String command, long seed, PolicyEffort policy) {
    /**
     * How much is put into the learned policies.
     *
     * @param seeds how many trainings each has, to choose from and to tell the spread
     * @param updates rounds of each; 0 to go without learned policies
     */
    public record PolicyEffort(int seeds, int updates) {
        /** Three seeds. */
        public static final PolicyEffort STANDARD = new PolicyEffort(3, 120);
        /** No learned policies. */
        public static final PolicyEffort NONE = new PolicyEffort(1, 0);

        /** @throws IllegalArgumentException if a number is out of range */
        public PolicyEffort {
            if (seeds < 1 || updates < 0) {
                throw new IllegalArgumentException("there is at least one seed, and not less than 0 updates");
            }
        }
    }
}
