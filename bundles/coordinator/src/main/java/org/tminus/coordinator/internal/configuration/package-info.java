/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/** What may be configured: validation, the last good state, and how it outlives a restart. */
@NullMarked
package org.tminus.coordinator.internal.configuration;

import org.jspecify.annotations.NullMarked;
