/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.shell.internal.command;

import java.time.ZoneId;
import java.util.List;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.tminus.inference.Journal;
import org.tminus.shell.internal.complete.JournalKindCompleter;
import org.tminus.shell.internal.complete.JournalSubjectCompleter;
import org.tminus.shell.internal.report.CommandFailure;
import org.tminus.shell.internal.report.JournalReport;

/** What happened. */
@Service
@Command(
        scope = "tminus",
        name = "journal",
        description = "Shows what happened: plugins that came, failed and went, configuration, certificates, rollouts.")
public final class JournalCommand implements Action {
    @Reference(optional = true)
    private @Nullable Journal journal;

    @Argument(index = 0, name = "subject", description = "Shows entries about this only", multiValued = true)
    @Completion(JournalSubjectCompleter.class)
    private List<String> words = List.of();

    @Option(name = "--count", description = "How many of the newest entries are shown")
    private long count = 20;

    @Option(name = "--kind", description = "Shows entries of this kind only")
    @Completion(JournalKindCompleter.class)
    private @Nullable String kind;

    @Option(name = "--subject", description = "Shows entries about this plugin, model, rollout or configuration only")
    @Completion(JournalSubjectCompleter.class)
    private @Nullable String subject;

    @Option(name = "--json", description = "Prints JSON")
    private boolean json;

    @Override
    public @Nullable Object execute() throws CommandFailure {
        List<String> named = new Words()
                .option("--count", value -> count = Words.whole("--count", value))
                .option("--kind", value -> kind = value)
                .option("--subject", value -> subject = value)
                .flag("--json", () -> json = true)
                .read(words, 1);
        JournalReport.of(
                        CommandFailure.required(journal, "coordinator", "org.tminus.coordinator"),
                        count,
                        kind,
                        named.isEmpty() ? subject : named.get(0),
                        ZoneId.systemDefault())
                .print(System.out, json);
        return null;
    }
}
