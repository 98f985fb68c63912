/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/** Counters, and the state of the platform for shells, consoles and health checks. */
@NullMarked
package org.tminus.coordinator.internal.status;

import org.jspecify.annotations.NullMarked;
