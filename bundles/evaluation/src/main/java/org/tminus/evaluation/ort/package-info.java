/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/** Graphs on ONNX Runtime. */
@NullMarked
package org.tminus.evaluation.ort;

import org.jspecify.annotations.NullMarked;
