/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/** Trying services and versions of models on a share of the requests: who is tried, what was counted, what follows. */
@NullMarked
package org.tminus.coordinator.internal.rollout;

import org.jspecify.annotations.NullMarked;
