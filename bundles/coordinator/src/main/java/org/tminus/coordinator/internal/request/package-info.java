/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The way of a request, from its submission to the answer with its trace. A worker runs it in an
 * {@link org.tminus.coordinator.internal.request.Execution}; requests that may run together, if that is configured, are
 * gathered in the queue and share calls to the backend in a {@link org.tminus.coordinator.internal.request.Company}.
 */
@NullMarked
package org.tminus.coordinator.internal.request;

import org.jspecify.annotations.NullMarked;
