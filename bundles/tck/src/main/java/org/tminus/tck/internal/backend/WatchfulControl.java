/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tck.internal.backend;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.tminus.backend.RunControl;
import org.tminus.backend.RunControls;
import org.tminus.failure.DeadlineExceededException;
import org.tminus.failure.RequestCancelledException;
import org.tminus.tensor.HostTensor;

/** Counts how often a backend looks at it, and cancels itself after a number of looks. Thread-safe. */
final class WatchfulControl implements RunControl {
    private final RunControls.CancellableControl inner;
    private final AtomicInteger looks = new AtomicInteger();
    private final AtomicInteger registered = new AtomicInteger();
    private final AtomicInteger open = new AtomicInteger();
    private volatile int cancelAfter = Integer.MAX_VALUE;

    WatchfulControl(Set<String> outputs) {
        inner = RunControls.cancellable(outputs, Map.of(), null);
    }

    /** From the look after so many more on, it is cancelled. */
    void cancelAfter(int more) {
        cancelAfter = looks.get() + more;
    }

    int looks() {
        return looks.get();
    }

    /** How many actions were registered at all. */
    int registered() {
        return registered.get();
    }

    /** How many of them were not taken back. */
    int open() {
        return open.get();
    }

    private void look() {
        if (looks.getAndIncrement() >= cancelAfter) {
            inner.cancel();
        }
    }

    @Override
    public Set<String> requestedOutputs() {
        return inner.requestedOutputs();
    }

    @Override
    public Optional<HostTensor> destination(String output) {
        return inner.destination(output);
    }

    @Override
    public boolean isCancelled() {
        look();
        return inner.isCancelled();
    }

    @Override
    public long nanosLeft() {
        return inner.nanosLeft();
    }

    @Override
    public void check() throws RequestCancelledException, DeadlineExceededException {
        look();
        inner.check();
    }

    @Override
    public Registration onCancel(Runnable action) {
        registered.incrementAndGet();
        open.incrementAndGet();
        Registration registration = inner.onCancel(action);
        AtomicInteger once = new AtomicInteger();
        return () -> {
            if (once.getAndIncrement() == 0) {
                open.decrementAndGet();
            }
            registration.close();
        };
    }
}
