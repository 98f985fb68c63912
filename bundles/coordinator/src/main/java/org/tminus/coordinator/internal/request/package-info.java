/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/** The way of a request, from its submission to the answer with its trace. */
@NullMarked
package org.tminus.coordinator.internal.request;

import org.jspecify.annotations.NullMarked;
