/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm.leak;

import org.apache.karaf.log.core.LogService;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The container keeps the last log events, with their exceptions; those know the classes that they passed through, and so keep class loaders
 * of bundles that are gone. There are two lists: Karaf's for {@code log:display}, which can be emptied, and that of the log service itself, whose
 * events only go when others come.
 */
final class LogEvents {
    private static final Logger LOG = LoggerFactory.getLogger(LogEvents.class);
    /** More than the log service keeps. */
    private static final int KEPT = 110;

    private LogEvents() {}

    /** Logs so much that nothing that was logged before is kept in memory. */
    static void displace() {
        for (int event = 1; event <= KEPT; event++) {
            LOG.info("Nothing has happened ({} of {}); this displaces older log events from memory.", event, KEPT);
        }
    }

    /** Makes the container forget them, where it keeps any. */
    static void forget(BundleContext context) {
        try {
            ServiceReference<LogService> reference = context.getServiceReference(LogService.class);
            if (reference != null) {
                context.getService(reference).clearEvents();
                context.ungetService(reference);
            }
        } catch (NoClassDefFoundError e) {
            // Outside Karaf nobody keeps them.
            return;
        }
    }
}
