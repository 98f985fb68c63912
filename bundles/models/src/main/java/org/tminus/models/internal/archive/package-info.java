/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/** Zip archives, read strictly and written reproducibly. */
@NullMarked
package org.tminus.models.internal.archive;

import org.jspecify.annotations.NullMarked;
