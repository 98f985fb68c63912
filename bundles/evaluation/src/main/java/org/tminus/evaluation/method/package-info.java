/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/** The ways of deciding that are compared, each as it does on test data. */
@NullMarked
package org.tminus.evaluation.method;

import org.jspecify.annotations.NullMarked;
