/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The data of a task, split into trunk, decision, calibration and test, with access by purpose.
 */
@Export
@Version("1.0.0")
@NullMarked
package org.tminus.learning.data;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
