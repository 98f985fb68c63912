/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/** Reads and writes .tminus model files; usable without an OSGi framework. Every failure is a {@link org.tminus.failure.ModelFormatException}. Safe for use by many threads. */
@Export
@Version("1.0.0")
@NullMarked
package org.tminus.models.format;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
