/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.training;

import java.util.Set;
import org.osgi.annotation.versioning.ConsumerType;
import org.tminus.failure.TrainingException;

/** Trains adaptive models (paper: dual-path feature distillation). A service with the property {@link #NAME}. */
@ConsumerType
public interface DistillationTrainer {
    /** Service property: the trainer's name, a string. */
    String NAME = "tminus.name";

    /** The tasks that {@link TrainingSpecification#task()} may name. */
    Set<String> tasks();

    /**
     * Starts a training on a thread of its own.
     *
     * @throws TrainingException if the specification cannot be carried out: unknown task or option, missing data
     */
    TrainingTask start(TrainingSpecification specification, TrainingListener listener) throws TrainingException;
}
