/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Statistics of certificates: p-values valid in finite samples, fixed-sequence testing, planning, checks that the
 * promises hold, and sequential tests for run time. Needs nothing but the JDK.
 */
@Export
@Version("1.0.0")
@NullMarked
package org.tminus.certificate;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
