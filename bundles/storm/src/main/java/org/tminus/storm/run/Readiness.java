/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm.run;

import java.time.Duration;
import org.tminus.inference.PlatformStatus;
import org.tminus.model.ModelRepository;

/** Whether the platform would answer. */
final class Readiness {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private Readiness() {}

    /** @throws IllegalStateException if the model does not come up, with what the platform says about it */
    static void await(ModelRepository repository, PlatformStatus status, String model) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!status.ready()
                || repository.models().stream()
                        .noneMatch(installed -> installed.name().equals(model))) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("The model '" + model + "' is not ready after " + PATIENCE.toSeconds()
                        + " s; installed are " + repository.models() + "; the platform says " + status.warnings());
            }
            Thread.sleep(50);
        }
    }
}
