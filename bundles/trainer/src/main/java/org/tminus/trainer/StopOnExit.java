/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** Lets a training end at its next step, with a checkpoint, when the process is told to end. */
final class StopOnExit implements AutoCloseable {
    private static final long STOP_SECONDS = 60;

    private final AtomicBoolean stopping = new AtomicBoolean();
    private final CountDownLatch done = new CountDownLatch(1);
    private final Thread hook;

    StopOnExit() {
        hook = new Thread(
                () -> {
                    stopping.set(true);
                    try {
                        // The checkpoint is written at the end of the step that runs.
                        done.await(STOP_SECONDS, TimeUnit.SECONDS);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "tminus-trainer-stop");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    boolean isStopping() {
        return stopping.get();
    }

    @Override
    public void close() {
        done.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process is ending already, which is what the hook is for.
        }
    }
}
