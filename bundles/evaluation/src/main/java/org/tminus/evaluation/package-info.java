/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Measures adaptive models against the strongest simple alternatives, and reports it. What fails for a reason outside the
 * program is an {@link org.tminus.evaluation.EvaluationException}.
 */
@Export
@Version("1.0.0")
@NullMarked
package org.tminus.evaluation;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
