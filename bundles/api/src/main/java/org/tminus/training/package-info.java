/**
 * Makes an ordinary transformer adaptive: a {@link org.tminus.training.DistillationTrainer} takes a
 * {@link org.tminus.training.TrainingSpecification}, reports {@link org.tminus.training.TrainingProgress}, and ends with a
 * {@link org.tminus.training.TrainingResult}.
 */
@Export
@Version("1.0.0")
@NullMarked
package org.tminus.training;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
