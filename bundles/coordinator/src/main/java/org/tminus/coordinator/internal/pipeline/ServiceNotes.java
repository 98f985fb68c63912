/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.pipeline;

import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.coordinator.internal.journal.JournalBook;
import org.tminus.inference.JournalEntry;
import org.tminus.model.AdaptiveModel;

/** Writes into the journal what becomes of services. Thread-safe. */
final class ServiceNotes {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceNotes.class);

    private final JournalBook journal;

    ServiceNotes(JournalBook journal) {
        this.journal = journal;
    }

    void came(ServiceEntry<?> entry) {
        entry.health().watch(new HealthNotes(entry));
        if (entry.service() instanceof AdaptiveModel model) {
            note(JournalEntry.MODEL_INSTALLED, entry, "Model " + model + " is installed.");
        } else {
            note(JournalEntry.PLUGIN_CAME, entry, "The " + entry + " came with " + entry.bundle() + ".");
        }
    }

    /** A model that was registered is not used. */
    void refused(ServiceEntry<?> entry, String why) {
        String text = "The " + entry + " of " + entry.bundle() + " is refused: " + why + ".";
        LOG.warn(text);
        Object name = entry.properties().getOrDefault(AdaptiveModel.NAME_PROPERTY, entry.name());
        journal.note(JournalEntry.MODEL_REFUSED, name.toString(), text, Map.of("bundle", entry.bundle()));
    }

    void left(ServiceEntry<?> entry) {
        if (entry.service() instanceof AdaptiveModel model) {
            note(JournalEntry.MODEL_REMOVED, entry, "Model " + model + " is going away.");
        } else {
            note(JournalEntry.PLUGIN_LEFT, entry, "The " + entry + " of " + entry.bundle() + " is going away.");
        }
    }

    void drained(ServiceEntry<?> entry, DrainOutcome outcome) {
        switch (outcome) {
            case DRAINED -> note(JournalEntry.DRAINED, entry, "All work with the " + entry + " ended in time.");
            case CANCELLED ->
                note(
                        JournalEntry.DRAINED_AFTER_CANCEL,
                        entry,
                        "Calls to the " + entry + " were cancelled when it went, and came back.");
            case ABANDONED ->
                note(
                        JournalEntry.CALL_ABANDONED,
                        entry,
                        "A call to the " + entry + ", which went, did not end and is abandoned.");
            case HELD_UP, DEFERRED -> {}
        }
    }

    private void note(String kind, ServiceEntry<?> entry, String text) {
        Map<String, String> details = new HashMap<>();
        if (entry.service() instanceof AdaptiveModel model) {
            details.put("version", model.version().toString());
            journal.note(kind, model.name(), text, details);
            return;
        }
        details.put("pluginKind", entry.kind());
        details.put("bundle", entry.bundle());
        journal.note(kind, entry.name(), text, details);
    }

    private final class HealthNotes implements Health.Watcher {
        private final ServiceEntry<?> entry;

        HealthNotes(ServiceEntry<?> entry) {
            this.entry = entry;
        }

        @Override
        public void quarantined(String reason) {
            note(JournalEntry.QUARANTINED, entry, "The " + entry + " is in quarantine: " + reason);
        }

        @Override
        public void probed() {
            note(JournalEntry.PROBED, entry, "One request tries the " + entry + ", which is in quarantine.");
        }

        @Override
        public void released() {
            note(JournalEntry.RELEASED, entry, "The " + entry + " answered, and its quarantine is over.");
        }

        @Override
        public void exhausted(int lostCalls) {
            note(
                    JournalEntry.EXHAUSTED,
                    entry,
                    "The " + entry + " gets no more calls until some come back; abandoned and still out: " + lostCalls
                            + ".");
        }

        @Override
        public void recovered() {
            note(JournalEntry.RECOVERED, entry, "The " + entry + " may be tried again: fewer calls to it hang now.");
        }
    }
}
