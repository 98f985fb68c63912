/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tminus.model.LayerId;
import org.tminus.model.Path;

/**
 * Rows of a batch that take the same path.
 *
 * @param checkpoints where the policy wants to be asked again
 * @param rows ascending; null for the whole batch
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record Group(Path path, List<LayerId> checkpoints, int @Nullable [] rows) {
    int size(Batch batch) {
        return rows == null ? batch.rows() : rows.length;
    }

    /** The rows of the batch, one by one. */
    int[] batchRows(Batch batch) {
        if (rows != null) {
            return rows;
        }
        int[] all = new int[batch.rows()];
        for (int row = 0; row < all.length; row++) {
            all[row] = row;
        }
        return all;
    }
}
