/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.inference;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What happened on the platform, for operators: which plugins came, failed and went, what configuration was applied, which
 * certificates fell. The newest entries are kept in memory, and in the data folder over restarts. A service of the
 * platform; thread-safe.
 *
 * <p>Where there is an Event Admin, each entry is also an event on the topic {@code org/tminus/journal/<KIND>}, with the
 * properties {@code kind}, {@code subject}, {@code text}, {@code timestamp} (milliseconds since 1970) and the entry's
 * details by their names.
 */
@ProviderType
public interface Journal {
    /**
     * The newest entries, the oldest of these first.
     *
     * @param count how many at most
     */
    default List<JournalEntry> latest(int count) {
        return latest(count, null, null);
    }

    /**
     * The newest entries of a kind or about a subject, the oldest of these first.
     *
     * @param count how many at most
     * @param kind one of {@link JournalEntry}; null for all
     * @param subject exactly this subject; null for all
     */
    List<JournalEntry> latest(int count, @Nullable String kind, @Nullable String subject);
}
