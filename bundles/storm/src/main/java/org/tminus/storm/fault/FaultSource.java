/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm.fault;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

/** Tells plugins when to misbehave, and how. A service of the harness; thread-safe. */
@ProviderType
public interface FaultSource {
    /** What the names of threads and system properties begin with that sabotage leaves behind. */
    String LEFT_BEHIND = "tminus-storm-left-behind-";

    /**
     * Asked by a plugin before it does something. Who is given a fault commits it: it is counted.
     *
     * @param plugin the name of the plugin
     * @param possible what it can do wrong at this point
     * @return null to behave
     */
    @Nullable
    Fault next(String plugin, Set<Fault> possible);

    /** Blocks for {@link Fault#HANGS}. @throws InterruptedException when the caller is interrupted, as it should be */
    void hang() throws InterruptedException;

    /** Blocks for {@link Fault#HANGS_DEAF}, whatever happens, until the harness lets go. */
    void hangDeaf();

    /** Blocks for {@link Fault#BLOCKS_DEACTIVATION}: a bounded time. */
    void blockDeactivation();

    /**
     * A session of a plugin was opened or closed.
     *
     * @param change 1 or -1
     */
    void sessions(int change);
}
