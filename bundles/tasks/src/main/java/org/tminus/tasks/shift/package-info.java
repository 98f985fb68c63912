/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Inputs as they may come once a model is in use and the world has moved on: typing errors, texts of another kind, blurred or
 * noisy pictures, harder questions. They show whether adaptive answers keep up with full depth, and whether alarms go off.
 */
@Export
@Version("1.0.0")
@NullMarked
package org.tminus.tasks.shift;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
