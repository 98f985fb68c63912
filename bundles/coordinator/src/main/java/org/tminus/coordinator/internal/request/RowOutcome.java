/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tminus.model.Path;

/** What became of one row; grows while the row is worked on. */
final class RowOutcome {
    private @Nullable Path path;
    private boolean compiled;
    private long flops;
    private List<String> notes = List.of();

    /** The row has been answered along this path; a later call is a retry, whose FLOPs add up. */
    void answered(Path taken, boolean asOnePiece, long cost) {
        path = taken;
        compiled = asOnePiece;
        flops += cost;
    }

    void note(String sentence) {
        if (notes.isEmpty()) {
            notes = new ArrayList<>();
        }
        notes.add(sentence);
    }

    Path path() {
        if (path == null) {
            throw new IllegalStateException("A row was not answered");
        }
        return path;
    }

    boolean compiled() {
        return compiled;
    }

    long flops() {
        return flops;
    }

    List<String> notes() {
        return notes;
    }
}
