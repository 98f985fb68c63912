/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm.plugin;

import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.tminus.failure.TminusException;
import org.tminus.storm.fault.Fault;
import org.tminus.storm.fault.FaultSource;

/** What all plugins here do wrong in the same way. One for each instance of a plugin. */
final class Misbehaviour {
    private final String plugin;
    private final FaultSource source;

    Misbehaviour(String plugin, FaultSource source) {
        this.plugin = plugin;
        this.source = source;
        leak();
    }

    private void leak() {
        Fault fault = source.next(plugin, EnumSet.of(Fault.LEAKS_THREAD, Fault.LEAKS_CLASS_LOADER));
        String name = FaultSource.LEFT_BEHIND + System.nanoTime();
        if (fault == Fault.LEAKS_THREAD) {
            Thread thread = new Thread(LockSupport::park, name);
            thread.setDaemon(true);
            thread.start();
        } else if (fault == Fault.LEAKS_CLASS_LOADER) {
            System.getProperties().put(name, getClass());
        }
    }

    /** Hangs or throws, if told to. */
    void next() throws TminusException {
        next(EnumSet.of(Fault.HANGS_DEAF));
    }

    /**
     * Hangs or throws, if told to.
     *
     * @param others what else the plugin can do wrong at this point
     * @return what of that it shall do; null to behave
     */
    @Nullable
    Fault next(Set<Fault> others) throws TminusException {
        Set<Fault> possible = EnumSet.of(Fault.THROWS, Fault.FAILS, Fault.HANGS);
        possible.addAll(others);
        Fault fault = source.next(plugin, possible);
        if (fault == Fault.THROWS) {
            throw new IllegalStateException("thrown as told");
        }
        if (fault == Fault.FAILS) {
            throw new TminusException("Failed as told.", "");
        }
        if (fault == Fault.HANGS) {
            hang();
            return null;
        }
        if (fault == Fault.HANGS_DEAF) {
            source.hangDeaf();
            return null;
        }
        return fault;
    }

    private void hang() throws TminusException {
        try {
            source.hang();
        } catch (InterruptedException e) {
            // As a plugin does that knows nothing of the platform.
            throw new TminusException("Interrupted while hanging as told.", "", e);
        }
    }

    boolean refusesToOpen() {
        return source.next(plugin, EnumSet.of(Fault.CANNOT_OPEN)) != null;
    }

    void deactivate() {
        if (source.next(plugin, EnumSet.of(Fault.BLOCKS_DEACTIVATION)) != null) {
            source.blockDeactivation();
        }
    }

    void sessions(int change) {
        source.sessions(change);
    }
}
