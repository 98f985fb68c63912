/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tminus.tensor.Tensor;

/**
 * Outputs for some rows of a batch.
 *
 * @param rows for each row of the outputs the row of the batch, or -1 if it is not used; null: the same rows
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record Piece(int @Nullable [] rows, Map<String, Tensor> outputs) {}
