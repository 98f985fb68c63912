/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * How fast the platform is beside libraries that run the same file: side by side in one run, by batch and by number of clients, and
 * what a path saves, a change of path costs and a decision takes.
 */
@NullMarked
package org.tminus.evaluation.bench;

import org.jspecify.annotations.NullMarked;
