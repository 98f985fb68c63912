/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.journal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts fall-backs by plugin, so that a storm of them becomes one entry per plugin and second; while it lasts, the entries
 * come ever more rarely, so that they do not crowd out all others. Thread-safe.
 */
final class FallbackTally {
    private static final long SHORTEST_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long LONGEST_NANOS = TimeUnit.MINUTES.toNanos(5);

    /**
     * What became of one plugin in one period.
     *
     * @param kind of the plugin, for example {@code policy}
     * @param name of the plugin
     * @param example what one of the fall-backs said
     */
    record Count(String kind, String name, long times, String example) {}

    private record Key(String kind, String name) {}

    /** One plugin's fall-backs in a row; only the thread that takes changes more than the number of times. */
    private static final class Tally {
        private final AtomicLong times = new AtomicLong();
        private final String example;
        private long since;
        private long period = SHORTEST_NANOS;

        Tally(String example, long since) {
            this.example = example;
            this.since = since;
        }
    }

    private final Map<Key, Tally> tallies = new ConcurrentHashMap<>();

    void add(String kind, String name, String example, long now) {
        Tally tally = tallies.computeIfAbsent(new Key(kind, name), unseen -> new Tally(example, now));
        tally.times.incrementAndGet();
    }

    /** Takes out what its period is over for. To be called by one thread at a time. */
    List<Count> due(long now) {
        return take(now, false);
    }

    /** Takes out all. To be called by one thread at a time. */
    List<Count> all(long now) {
        return take(now, true);
    }

    private List<Count> take(long now, boolean all) {
        List<Count> taken = new ArrayList<>();
        tallies.forEach((key, tally) -> {
            if (!all && now - tally.since < tally.period) {
                return;
            }
            long times = tally.times.getAndSet(0);
            if (times > 0) {
                taken.add(new Count(key.kind(), key.name(), times, tally.example));
                tally.since = now;
                tally.period = Math.min(2 * tally.period, LONGEST_NANOS);
            } else {
                // Whoever adds at this moment is lost to the count, as the storm is over.
                tallies.remove(key, tally);
            }
        });
        return taken;
    }
}
