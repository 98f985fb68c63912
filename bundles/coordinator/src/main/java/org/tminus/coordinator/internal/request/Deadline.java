/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.tminus.failure.DeadlineExceededException;

/** Until when a request is worth an answer, by a monotonic clock: a jump of the wall clock changes nothing. Immutable. */
final class Deadline {
    /** Far enough away never to come, near enough that sums do not overflow. */
    private static final Duration LONGEST = Duration.ofDays(365L * 50);

    private final LongSupplier clock;
    private final boolean limited;
    private final long at;

    private Deadline(LongSupplier clock, boolean limited, long at) {
        this.clock = clock;
        this.limited = limited;
        this.at = at;
    }

    /** @param allowed from now on; null for no limit */
    static Deadline in(@Nullable Duration allowed, LongSupplier clock) {
        if (allowed == null || allowed.compareTo(LONGEST) > 0) {
            return new Deadline(clock, false, 0);
        }
        return new Deadline(clock, true, clock.getAsLong() + (allowed.isNegative() ? 0 : allowed.toNanos()));
    }

    boolean isLimited() {
        return limited;
    }

    /** Negative once it has passed; Long.MAX_VALUE without a limit. */
    long nanosLeft() {
        return limited ? at - clock.getAsLong() : Long.MAX_VALUE;
    }

    boolean hasPassed() {
        return limited && at - clock.getAsLong() <= 0;
    }

    Optional<Duration> timeLeft() {
        return limited ? Optional.of(Duration.ofNanos(at - clock.getAsLong())) : Optional.empty();
    }

    void check() throws DeadlineExceededException {
        if (hasPassed()) {
            throw exceeded();
        }
    }

    static DeadlineExceededException exceeded() {
        return new DeadlineExceededException(
                "The deadline passed before the answer was ready.", "Allow more time, or ask for a smaller budget.");
    }
}
