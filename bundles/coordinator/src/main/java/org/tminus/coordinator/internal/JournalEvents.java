/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal;

import org.tminus.inference.JournalEntry;

/** Tells others of the journal's entries. */
interface JournalEvents {
    void written(JournalEntry entry);
}
