/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.training;

import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;

/** A training at work. Thread-safe. */
@ConsumerType
public interface TrainingTask extends AutoCloseable {
    /** Completes with the result, or with a {@link org.tminus.failure.TrainingException}. */
    CompletionStage<TrainingResult> result();

    /** Stops at the next step, keeping the last checkpoint, and waits until it has. Closing twice is harmless. */
    @Override
    void close();
}
