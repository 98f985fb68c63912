/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Makes people's own models adaptive with their own data: checks that model and data fit, says what it will take, and hands a
 * recipe to the pipeline.
 */
@NullMarked
package org.tminus.trainer.adapt;

import org.jspecify.annotations.NullMarked;
