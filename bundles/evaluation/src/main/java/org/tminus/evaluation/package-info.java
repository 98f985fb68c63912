/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/** Measures adaptive models against the strongest simple alternatives, and reports it. */
@NullMarked
package org.tminus.evaluation;

import org.jspecify.annotations.NullMarked;
