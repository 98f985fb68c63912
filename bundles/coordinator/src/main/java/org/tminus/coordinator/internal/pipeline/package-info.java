/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/** The services that are there, as one immutable snapshot, and how those that go are drained. */
@NullMarked
package org.tminus.coordinator.internal.pipeline;

import org.jspecify.annotations.NullMarked;
