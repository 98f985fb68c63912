/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.journal;

import java.util.Map;
import org.tminus.inference.JournalEntry;
import org.tminus.model.ModelRefusalListener;

/** Writes into the journal which models a repository refused. Thread-safe. */
public final class RefusedModels implements ModelRefusalListener {
    private final JournalBook journal;

    public RefusedModels(JournalBook journal) {
        this.journal = journal;
    }

    @Override
    public void refused(String source, String reason) {
        journal.note(
                JournalEntry.MODEL_REFUSED, source, "'" + source + "' is refused: " + reason, Map.of("file", source));
    }
}
