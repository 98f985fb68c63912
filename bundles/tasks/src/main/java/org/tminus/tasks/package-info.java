/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The tasks that reference models are trained and judged on, and people's own data: loaders, splits and generators.
 *
 * <p>Everything ends in a {@link org.tminus.learning.data.TaskData}. Splits depend on content and seed alone, never on the
 * order of a file; near-copies are in the same split.
 */
@Export
@Version("1.0.0")
@NullMarked
package org.tminus.tasks;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
