/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/** One open session per model and backend, opened and prepared in the background. */
@NullMarked
package org.tminus.coordinator.internal.session;

import org.jspecify.annotations.NullMarked;
