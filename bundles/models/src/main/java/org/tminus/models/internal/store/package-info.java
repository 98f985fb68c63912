/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/** The files of installed models on disk. */
@NullMarked
package org.tminus.models.internal.store;

import org.jspecify.annotations.NullMarked;
