/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/** Times, energy and memory of ways to answer. */
@NullMarked
package org.tminus.evaluation.measure;

import org.jspecify.annotations.NullMarked;
