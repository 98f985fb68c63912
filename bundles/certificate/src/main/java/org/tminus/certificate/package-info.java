/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/** Statistics of certificates: p-values valid in finite samples, fixed-sequence testing, planning, sequential tests. */
@NullMarked
package org.tminus.certificate;

import org.jspecify.annotations.NullMarked;
