/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.backend;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.tminus.failure.DeadlineExceededException;
import org.tminus.failure.RequestCancelledException;
import org.tminus.tensor.HostTensor;

/** Makes {@link RunControl}s for tests of backends. */
public final class RunControls {
    private RunControls() {}

    /** Without deadline, never cancelled, outputs allocated by the backend. */
    public static RunControl forOutputs(String... outputs) {
        return cancellable(Set.of(outputs), Map.of(), null);
    }

    /**
     * @param outputs the outputs wanted
     * @param destinations memory for outputs, by name
     * @param timeout from now on; null for none
     */
    public static CancellableControl cancellable(
            Set<String> outputs, Map<String, HostTensor> destinations, @Nullable Duration timeout) {
        return new CancellableControl(outputs, destinations, timeout);
    }

    /** A control that a test can cancel. */
    public static final class CancellableControl implements RunControl {
        private final Set<String> outputs;
        private final Map<String, HostTensor> destinations;
        private final boolean limited;
        private final long deadlineNanos;
        private final Set<Runnable> actions = ConcurrentHashMap.newKeySet();
        private volatile boolean cancelled;

        private CancellableControl(
                Set<String> outputs, Map<String, HostTensor> destinations, @Nullable Duration timeout) {
            this.outputs = Set.copyOf(outputs);
            this.destinations = Map.copyOf(destinations);
            this.limited = timeout != null;
            this.deadlineNanos = timeout == null ? 0 : System.nanoTime() + timeout.toNanos();
        }

        /** Cancels, and runs the registered actions. */
        public void cancel() {
            cancelled = true;
            for (Runnable action : List.copyOf(actions)) {
                if (actions.remove(action)) {
                    action.run();
                }
            }
        }

        @Override
        public Set<String> requestedOutputs() {
            return outputs;
        }

        @Override
        public Optional<HostTensor> destination(String output) {
            return Optional.ofNullable(destinations.get(output));
        }

        @Override
        public boolean isCancelled() {
            return cancelled;
        }

        @Override
        public long nanosLeft() {
            return limited ? deadlineNanos - System.nanoTime() : Long.MAX_VALUE;
        }

        @Override
        public void check() throws RequestCancelledException, DeadlineExceededException {
            if (cancelled) {
                throw new RequestCancelledException("The run was cancelled.", "");
            }
            if (nanosLeft() < 0) {
                throw new DeadlineExceededException("The deadline has passed.", "Allow more time.");
            }
        }

        @Override
        public Registration onCancel(Runnable action) {
            actions.add(action);
            if (cancelled && actions.remove(action)) {
                action.run();
            }
            return () -> actions.remove(action);
        }
    }
}
