/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.tminus.coordinator.internal.rollout.Rollout;

/** On which side of a rollout a request is. It is reported once, however many attempts there are. Thread-safe. */
final class Ticket {
    private static final Optional<String> CONTROL = Optional.of("control");
    private static final Optional<String> CANDIDATE = Optional.of("candidate");

    private final Rollout rollout;
    private final Optional<String> name;
    private final boolean candidate;
    private final boolean drawn;
    private final AtomicBoolean reported = new AtomicBoolean();

    private Ticket(Rollout rollout, boolean candidate, boolean drawn) {
        this.rollout = rollout;
        this.name = Optional.of(rollout.settings().name());
        this.candidate = candidate;
        this.drawn = drawn;
    }

    /** @param drawn whether the candidate is to repeat it afterwards */
    static Ticket control(Rollout rollout, boolean drawn) {
        return new Ticket(rollout, false, drawn);
    }

    static Ticket candidate(Rollout rollout) {
        return new Ticket(rollout, true, true);
    }

    Rollout rollout() {
        return rollout;
    }

    Optional<String> name() {
        return name;
    }

    Optional<String> arm() {
        return candidate ? CANDIDATE : CONTROL;
    }

    boolean isCandidate() {
        return candidate;
    }

    /** Whether the other side is to run the same afterwards. */
    boolean isRepeated() {
        return drawn && rollout.comparesAnswers();
    }

    /**
     * Tells the rollout how the request went.
     *
     * @param nanos the time at work; negative if it was not answered
     */
    void report(boolean error, long nanos) {
        if (reported.compareAndSet(false, true)) {
            rollout.answered(candidate, error, nanos);
        }
    }
}
