/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/**
 * Reports a stage of countable steps with the time left at the pace so far, and ends it when it is told to stop. The clock
 * begins with the object. Used by one thread.
 */
public final class StageProgress {
    /** The first steps are slower than the others; a pace from them alone would frighten people. */
    private static final Duration EARLIEST = Duration.ofSeconds(1);

    private final String stage;
    private final ProgressListener listener;
    private final BooleanSupplier stop;
    private final long begin = System.nanoTime();

    /**
     * Reports to {@code listener}.
     *
     * @param stage in words
     * @param stop asked at every report
     */
    public StageProgress(String stage, ProgressListener listener, BooleanSupplier stop) {
        this.stage = stage;
        this.listener = listener;
        this.stop = stop;
    }

    /** Reports to nobody and never ends anything. */
    public static StageProgress silent() {
        return new StageProgress("", ProgressListener.NONE, () -> false);
    }

    /** As {@link #at(long, long, Map)} without figures. */
    public void at(long done, long total) {
        at(done, total, Map.of());
    }

    /**
     * Says how far it is.
     *
     * @param figures worth showing
     * @throws CancellationException if it is to stop
     */
    public void at(long done, long total, Map<String, Double> figures) {
        if (stop.getAsBoolean()) {
            throw new CancellationException("stopped");
        }
        Duration elapsed = Duration.ofNanos(System.nanoTime() - begin);
        boolean early = elapsed.compareTo(EARLIEST) < 0 && done < total;
        Duration left =
                done == 0 || early ? null : elapsed.multipliedBy(total - done).dividedBy(done);
        listener.progress(new Progress(stage, done, total, elapsed, left, figures));
    }
}
