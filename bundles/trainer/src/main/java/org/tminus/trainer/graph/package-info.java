/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Training of any ONNX transformer of supported operators on libtorch: the graph with automatic differentiation, exit heads,
 * dual-path distillation.
 *
 * <p>Native memory: tensors made inside a {@code PointerScope} end with it. What outlives a step (frozen weights, views of the
 * trained ones) is owned and closed by {@code TorchGraph} and {@code GraphShard}.
 */
@NullMarked
package org.tminus.trainer.graph;

import org.jspecify.annotations.NullMarked;
