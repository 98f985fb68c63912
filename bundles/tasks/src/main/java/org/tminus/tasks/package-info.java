/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/** The tasks that reference models are trained and judged on: their data, splits and generators. */
@NullMarked
package org.tminus.tasks;

import org.jspecify.annotations.NullMarked;
