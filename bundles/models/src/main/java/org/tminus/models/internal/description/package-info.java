/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/** The JSON entries of a model file, checked member by member. */
@NullMarked
package org.tminus.models.internal.description;

import org.jspecify.annotations.NullMarked;
