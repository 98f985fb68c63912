/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.training;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * How far a training is. Immutable.
 *
 * <p>A class rather than a record, so that figures can be added without breaking trainers.
 */
public final class TrainingProgress {
    private final String phase;
    private final long done;
    private final long total;
    private final Duration elapsed;
    private final Map<String, Double> figures;

    private TrainingProgress(String phase, long done, long total, Duration elapsed, Map<String, Double> figures) {
        this.phase = phase;
        this.done = done;
        this.total = total;
        this.elapsed = elapsed;
        this.figures = Map.copyOf(figures);
    }

    /**
     * @param phase what is going on, for people
     * @param done steps of the phase that are done
     * @param total steps of the phase
     * @param elapsed time in this phase, without what an earlier, interrupted run spent
     * @param figures such as {@code loss} or {@code accuracy}
     * @throws IllegalArgumentException if {@code done} is not within 0 and {@code total}
     */
    public static TrainingProgress of(
            String phase, long done, long total, Duration elapsed, Map<String, Double> figures) {
        if (done < 0 || done > total) {
            throw new IllegalArgumentException("Step " + done + " of " + total + " cannot be");
        }
        return new TrainingProgress(phase, done, total, elapsed, figures);
    }

    public String phase() {
        return phase;
    }

    public long done() {
        return done;
    }

    public long total() {
        return total;
    }

    public Duration elapsed() {
        return elapsed;
    }

    public Map<String, Double> figures() {
        return figures;
    }

    /** Time left in the phase at the present pace; empty before the first step. */
    public Optional<Duration> remaining() {
        return done == 0
                ? Optional.empty()
                : Optional.of(elapsed.multipliedBy(total - done).dividedBy(done));
    }
}
