/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
@NullMarked
package org.tminus.trainer.bench;

import org.jspecify.annotations.NullMarked;
