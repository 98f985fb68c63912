/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The way from a task to a model file, in stages that are kept in a work folder so that an interrupted run goes on where it
 * was.
 */
@NullMarked
package org.tminus.trainer.pipeline;

import org.jspecify.annotations.NullMarked;
