/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.BundleContext;
import org.tminus.training.DistillationTrainer;
import org.tminus.training.TrainingSpecification;
import org.tminus.training.TrainingTask;

/** The first steps of a training. */
final class PlainTraining {
    private static final String TASK = "pointer-chase";

    private PlainTraining() {}

    /** Trains until weights have changed, then stops. */
    static void begin(BundleContext context, Duration patience) throws Exception {
        DistillationTrainer trainer = PlainService.service(context, DistillationTrainer.class);
        Path folder = Files.createTempDirectory("training");
        CountDownLatch steps = new CountDownLatch(1);
        TrainingSpecification specification = TrainingSpecification.builder(TASK)
                .data(folder)
                .output(folder.resolve("out.tminus"))
                .workFolder(folder.resolve("work"))
                .build();
        try (TrainingTask task = trainer.start(specification, progress -> {
            if (progress.phase().equals(TASK) && progress.done() > 0) {
                steps.countDown();
            }
        })) {
            assertThat(steps.await(patience.toSeconds(), TimeUnit.SECONDS))
                    .as("weights are trained; %s", task.result())
                    .isTrue();
        }
    }
}
