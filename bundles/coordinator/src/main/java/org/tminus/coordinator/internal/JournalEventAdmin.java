/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal;

import java.util.HashMap;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.event.Event;
import org.osgi.service.event.EventAdmin;
import org.tminus.inference.JournalEntry;

/**
 * Posts the journal's entries as events. A component of its own, because its import is optional: without an Event Admin this
 * class is never loaded.
 */
@Component
public final class JournalEventAdmin implements JournalEvents {
    static final String TOPIC = "org/tminus/journal/";

    private final EventAdmin admin;

    @Activate
    public JournalEventAdmin(@Reference EventAdmin admin) {
        this.admin = admin;
    }

    @Override
    public void written(JournalEntry entry) {
        Map<String, Object> properties = new HashMap<>(entry.details());
        properties.put("kind", entry.kind());
        properties.put("subject", entry.subject());
        properties.put("text", entry.text());
        properties.put("timestamp", entry.at().toEpochMilli());
        admin.postEvent(new Event(TOPIC + entry.kind(), properties));
    }
}
