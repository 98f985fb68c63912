/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Folds what a graph spells out in small operators into the few large ones that ONNX Runtime has for them (domain
 * {@code com.microsoft}): for a small layer, beginning an operator takes longer than computing it. Patterns are found by what
 * operators do, not by names. {@link org.tminus.onnx.internal.fold.Folder} tries all folds on a
 * {@link org.tminus.onnx.internal.fold.FoldGraph}: decomposed layer normalisation becomes one operator
 * ({@link org.tminus.onnx.internal.fold.NormFold}), attention another
 * ({@link org.tminus.onnx.internal.fold.AttentionFold}), and projection bias, residual sum and normalisation a third
 * ({@link org.tminus.onnx.internal.fold.ResidualFold}). Whether a folded graph computes the same, and is faster, is for
 * whoever runs it to check: shapes that nobody stated can only be seen there.
 */
@NullMarked
package org.tminus.onnx.internal.fold;

import org.jspecify.annotations.NullMarked;
