/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.journal;

import java.time.Instant;
import java.util.Map;
import org.tminus.inference.JournalEntry;

/** One entry. Immutable. */
record Entry(Instant at, String kind, String subject, String text, Map<String, String> details)
        implements JournalEntry {
    Entry {
        details = Map.copyOf(details);
    }
}
