/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.inference;

import java.time.Instant;
import java.util.Map;
import org.osgi.annotation.versioning.ProviderType;

/**
 * One thing that happened on the platform. Immutable.
 *
 * <p>Kinds are an open set: the constants here are those of this version; show unknown ones by their {@link #text()}.
 */
@ProviderType
public interface JournalEntry {
    /** A policy, predictor or backend was registered. */
    String PLUGIN_CAME = "PLUGIN_CAME";

    /** A policy, predictor or backend is going away. */
    String PLUGIN_LEFT = "PLUGIN_LEFT";

    /** A policy, predictor or backend answers for a model from now on. */
    String PLUGIN_IN_FORCE = "PLUGIN_IN_FORCE";

    /** All work with a service that left ended in time. */
    String DRAINED = "DRAINED";

    /** Calls to a service that left had to be cancelled, and then came back. */
    String DRAINED_AFTER_CANCEL = "DRAINED_AFTER_CANCEL";

    /** A call to a service did not end, and is waited for no longer. */
    String CALL_ABANDONED = "CALL_ABANDONED";

    /** An abandoned call came back after all. */
    String CALL_RETURNED_LATE = "CALL_RETURNED_LATE";

    /** A plugin is left aside because it failed. */
    String QUARANTINED = "QUARANTINED";

    /** One request tries a plugin that is in quarantine. */
    String PROBED = "PROBED";

    /** A plugin answered, and its quarantine is over. */
    String RELEASED = "RELEASED";

    /** So many abandoned calls to a plugin are out that it gets no more, not even to probe it. */
    String EXHAUSTED = "EXHAUSTED";

    /** Abandoned calls came back, or more are allowed: a plugin that got no more may be tried again. */
    String RECOVERED = "RECOVERED";

    /** Requests did without a plugin; one entry for each plugin and second at most, with the number of times. */
    String FELL_BACK = "FELL_BACK";

    /** A changed configuration is in force. */
    String CONFIGURATION_APPLIED = "CONFIGURATION_APPLIED";

    /** A configuration is not valid; what was in force stays so. */
    String CONFIGURATION_REFUSED = "CONFIGURATION_REFUSED";

    /** A model is there. */
    String MODEL_INSTALLED = "MODEL_INSTALLED";

    /** A model is going away. */
    String MODEL_REMOVED = "MODEL_REMOVED";

    /** A model file, or a model that is registered, cannot be used, because its description or its files are damaged. */
    String MODEL_REFUSED = "MODEL_REFUSED";

    /** A model could not be opened on a backend. */
    String SESSION_FAILED = "SESSION_FAILED";

    /** A certificate was withdrawn. */
    String CERTIFICATE_WITHDRAWN = "CERTIFICATE_WITHDRAWN";

    /** An operator put a withdrawn certificate in force again. */
    String CERTIFICATE_RESTORED = "CERTIFICATE_RESTORED";

    /** A rollout began, or began anew. */
    String ROLLOUT_STARTED = "ROLLOUT_STARTED";

    /** The candidate of a rollout is in force. */
    String ROLLOUT_PROMOTED = "ROLLOUT_PROMOTED";

    /** The candidate of a rollout is used no more. */
    String ROLLOUT_ROLLED_BACK = "ROLLOUT_ROLLED_BACK";

    /** More happened at once than could be written down. */
    String ENTRIES_LOST = "ENTRIES_LOST";

    /** By the wall clock. */
    Instant at();

    /** What kind of thing; letters, digits and underscores. */
    String kind();

    /** What it is about: the name of a plugin, a model, a rollout, or the PID of a configuration. */
    String subject();

    /** What happened, as a sentence for people. */
    String text();

    /** The same for programs, by name; units stand in the names. */
    Map<String, String> details();
}
