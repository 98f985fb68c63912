/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
@NullMarked
package org.tminus.tasks.shift;

import org.jspecify.annotations.NullMarked;
