/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/** The page that shows a result to people: one file, no scripts, no fonts or pictures from elsewhere. */
@NullMarked
package org.tminus.evaluation.report;

import org.jspecify.annotations.NullMarked;
