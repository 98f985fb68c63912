/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/** Installs models as bundles and publishes them. */
@NullMarked
package org.tminus.models.internal;

import org.jspecify.annotations.NullMarked;
