/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Lets a training end at its next step, with a checkpoint, when the process is told to end by a signal; told so again, it ends at once. Java's own way, a
 * shutdown hook, is no way here: ONNX Runtime has one too, which takes its environment away while the step still runs in it.
 */
final class StopOnExit implements AutoCloseable {
    private static final long STOP_SECONDS = 60;
    /** As shells give it for a process that Ctrl-C ended. */
    static final int INTERRUPTED = 130;

    private static final List<String> SIGNALS = List.of("INT", "TERM", "HUP");

    private final AtomicBoolean stopping = new AtomicBoolean();
    private final CountDownLatch done = new CountDownLatch(1);
    /** What gives each signal back to whom it belonged to before. */
    private final List<Runnable> restoring = new ArrayList<>();

    StopOnExit() {
        SIGNALS.forEach(this::take);
    }

    /** By reflection: the class belongs to no standard, and a container need not show it. */
    private void take(String name) {
        try {
            Class<?> signals = Class.forName("sun.misc.Signal");
            Class<?> handlers = Class.forName("sun.misc.SignalHandler");
            Method handle = signals.getMethod("handle", signals, handlers);
            Object signal = signals.getConstructor(String.class).newInstance(name);
            Object own = Proxy.newProxyInstance(
                    handlers.getClassLoader(), new Class<?>[] {handlers}, (proxy, method, given) -> {
                        stop();
                        return null;
                    });
            Object before = handle.invoke(null, signal, own);
            restoring.add(() -> {
                try {
                    handle.invoke(null, signal, before);
                } catch (ReflectiveOperationException e) {
                    throw new IllegalStateException(e);
                }
            });
        } catch (ReflectiveOperationException | IllegalArgumentException e) {
            // This system has no such signal, or keeps it to itself; whoever ends the process then ends it at once.
        }
    }

    private void stop() {
        if (stopping.getAndSet(true)) {
            Runtime.getRuntime().halt(INTERRUPTED);
        }
        System.err.println("\nstopping after this step; again to stop at once");
        Thread patience = new Thread(this::endUnlessDone, "tminus-trainer-stop");
        patience.setDaemon(true);
        patience.start();
    }

    private void endUnlessDone() {
        try {
            // The checkpoint is written at the end of the step that runs.
            if (!done.await(STOP_SECONDS, TimeUnit.SECONDS)) {
                Runtime.getRuntime().halt(INTERRUPTED);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    boolean isStopping() {
        return stopping.get();
    }

    @Override
    public void close() {
        done.countDown();
        restoring.forEach(Runnable::run);
    }
}
