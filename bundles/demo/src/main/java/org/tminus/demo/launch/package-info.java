/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/** How a container does a job that the command line started it for: the request is a file, and so is the outcome. */
@NullMarked
package org.tminus.demo.launch;

import org.jspecify.annotations.NullMarked;
