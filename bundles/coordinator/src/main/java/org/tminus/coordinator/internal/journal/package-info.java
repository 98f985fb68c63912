/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/** What happened, for operators: in memory, in a file, and to whoever listens. */
@NullMarked
package org.tminus.coordinator.internal.journal;

import org.jspecify.annotations.NullMarked;
