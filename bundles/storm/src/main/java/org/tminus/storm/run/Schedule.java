/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm.run;

import java.util.Locale;
import org.tminus.storm.StormProgress;
import org.tminus.storm.StormRequest;

/** How the time of a storm is divided, and who is told. Used by one thread. */
final class Schedule {
    /** Guesses, for the progress alone. */
    private static final double PREPARATION_SECONDS = 25;

    private static final double REST_SECONDS = 45;
    /** What is said changes in such steps, so that a log does not fill with it. */
    private static final long STEP_SECONDS = 10;

    private final StormRequest request;
    private final StormProgress progress;

    Schedule(StormRequest request, StormProgress progress) {
        this.request = request;
        this.progress = progress;
    }

    void preparing(String what) {
        tell(0, what);
    }

    /** Waits for the time of the quiet load. */
    void quiet() throws InterruptedException {
        pass(request.quietSeconds(), PREPARATION_SECONDS, "the load without a storm");
    }

    /** Waits for the time of the storm. */
    void storm() throws InterruptedException {
        pass(request.stormSeconds(), PREPARATION_SECONDS + request.quietSeconds(), "storm");
    }

    void resting() {
        tell(PREPARATION_SECONDS + request.quietSeconds() + request.stormSeconds(), "waiting until all is at rest");
    }

    private void pass(double seconds, double before, String what) throws InterruptedException {
        long begin = System.nanoTime();
        for (double gone = 0; gone < seconds; gone = (System.nanoTime() - begin) / 1e9) {
            long left = (long) Math.ceil((seconds - gone) / STEP_SECONDS) * STEP_SECONDS;
            tell(before + gone, String.format(Locale.ROOT, "%s, %d:%02d left", what, left / 60, left % 60));
            Thread.sleep((long) Math.min(1000, 1 + (seconds - gone) * 1000));
        }
    }

    private void tell(double seconds, String what) {
        double total = PREPARATION_SECONDS + request.quietSeconds() + request.stormSeconds() + REST_SECONDS;
        progress.progress(seconds / total, what);
    }
}
