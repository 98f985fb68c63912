/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tminus.failure.TrainingException;
import org.tminus.training.TrainingSpecification;
import org.tminus.training.TrainingTask;

class ReferenceTrainerTest {
    private final ReferenceTrainer trainer = new ReferenceTrainer();

    @TempDir
    Path folder;

    @Test
    void knowsItsTasks() {
        assertThat(trainer.tasks())
                .containsExactlyInAnyOrder(
                        "fashion-vit", "pointer-chase", "signposts", "package-sections", "embedding");
    }

    @Test
    void refusesWhatItCannotCarryOut() {
        assertRefused(specification("other"), "other");
        assertRefused(specification("fashion-vit").option("epoch", "3"), "epoch");
        assertRefused(specification("fashion-vit").option("epochs", "-1"), "epochs");
        assertRefused(specification("fashion-vit").option("policySeeds", "many"), "policySeeds");
        assertRefused(specification("fashion-vit").model(folder.resolve("a.onnx")), "model");
    }

    @Test
    void missingDataEndsTheTaskWithAClearFailure() throws Exception {
        try (TrainingTask task = trainer.start(specification("fashion-vit").build(), progress -> {})) {
            assertThatThrownBy(() -> task.result().toCompletableFuture().get(1, TimeUnit.MINUTES))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(TrainingException.class)
                    .hasMessageContaining("dataset-fashion-mnist");
        }
    }

    private void assertRefused(TrainingSpecification.Builder builder, String word) {
        assertThatThrownBy(() -> trainer.start(builder.build(), progress -> {}))
                .isInstanceOf(TrainingException.class)
                .hasMessageContaining(word);
    }

    private TrainingSpecification.Builder specification(String task) {
        return TrainingSpecification.builder(task)
                .data(folder)
                .output(folder.resolve("out.tminus"))
                .workFolder(folder.resolve("work"));
    }
}
