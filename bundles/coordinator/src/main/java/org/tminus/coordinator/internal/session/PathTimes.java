/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.session;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.tminus.model.Path;

/** How long each path took per row lately, as a moving mean. Thread-safe; a lost update only makes it lag. */
public final class PathTimes {
    private final Map<Path, AtomicLong> nanosPerRow = new ConcurrentHashMap<>();

    public void record(Path path, long nanos, int rows) {
        long sample = Math.max(1, nanos / rows);
        AtomicLong mean = nanosPerRow.get(path);
        if (mean == null) {
            mean = nanosPerRow.computeIfAbsent(path, unseen -> new AtomicLong());
        }
        long before = mean.get();
        mean.lazySet(before == 0 ? sample : before + (sample - before) / 8);
    }

    /** Nanoseconds expected for so many rows; 0 if the path has not run yet. */
    public long expected(Path path, int rows) {
        AtomicLong mean = nanosPerRow.get(path);
        return mean == null ? 0 : mean.get() * rows;
    }
}
