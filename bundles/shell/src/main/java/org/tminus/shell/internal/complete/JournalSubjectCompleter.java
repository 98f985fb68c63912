/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.shell.internal.complete;

import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.completers.StringsCompleter;
import org.jspecify.annotations.Nullable;
import org.tminus.inference.Journal;
import org.tminus.inference.JournalEntry;

/** What the journal has entries about. */
@Service
public final class JournalSubjectCompleter implements Completer {
    @Reference(optional = true)
    private @Nullable Journal journal;

    @Override
    public int complete(Session session, CommandLine line, List<String> candidates) {
        Journal present = journal;
        List<String> subjects = present == null
                ? List.of()
                : present.latest(Integer.MAX_VALUE).stream()
                        .map(JournalEntry::subject)
                        .distinct()
                        .toList();
        return new StringsCompleter(subjects).complete(session, line, candidates);
    }
}
