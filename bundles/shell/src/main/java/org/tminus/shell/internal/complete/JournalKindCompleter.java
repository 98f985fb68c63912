/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.shell.internal.complete;

import java.util.List;
import java.util.stream.Stream;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.completers.StringsCompleter;
import org.jspecify.annotations.Nullable;
import org.tminus.inference.Journal;
import org.tminus.inference.JournalEntry;

/** Kinds of journal entries: those of this version, and what else the journal holds. */
@Service
public final class JournalKindCompleter implements Completer {
    private static final List<String> KNOWN = List.of(
            JournalEntry.PLUGIN_CAME,
            JournalEntry.PLUGIN_LEFT,
            JournalEntry.PLUGIN_IN_FORCE,
            JournalEntry.DRAINED,
            JournalEntry.DRAINED_AFTER_CANCEL,
            JournalEntry.CALL_ABANDONED,
            JournalEntry.CALL_RETURNED_LATE,
            JournalEntry.QUARANTINED,
            JournalEntry.PROBED,
            JournalEntry.RELEASED,
            JournalEntry.EXHAUSTED,
            JournalEntry.RECOVERED,
            JournalEntry.FELL_BACK,
            JournalEntry.CONFIGURATION_APPLIED,
            JournalEntry.CONFIGURATION_REFUSED,
            JournalEntry.MODEL_INSTALLED,
            JournalEntry.MODEL_REMOVED,
            JournalEntry.MODEL_REFUSED,
            JournalEntry.SESSION_FAILED,
            JournalEntry.CERTIFICATE_WITHDRAWN,
            JournalEntry.CERTIFICATE_RESTORED,
            JournalEntry.ROLLOUT_STARTED,
            JournalEntry.ROLLOUT_PROMOTED,
            JournalEntry.ROLLOUT_ROLLED_BACK,
            JournalEntry.ENTRIES_LOST);

    @Reference(optional = true)
    private @Nullable Journal journal;

    @Override
    public int complete(Session session, CommandLine line, List<String> candidates) {
        return new StringsCompleter(kinds(journal)).complete(session, line, candidates);
    }

    static List<String> kinds(@Nullable Journal journal) {
        Stream<String> present = journal == null
                ? Stream.of()
                : journal.latest(Integer.MAX_VALUE).stream().map(JournalEntry::kind);
        return Stream.concat(KNOWN.stream(), present).distinct().toList();
    }
}
