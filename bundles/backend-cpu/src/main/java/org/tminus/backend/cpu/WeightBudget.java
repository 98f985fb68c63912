/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.backend.cpu;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.tminus.backend.RunControl;
import org.tminus.failure.BackendException;
import org.tminus.failure.RequestCancelledException;
import org.tminus.failure.TminusException;

/**
 * Keeps the weights that are in memory below a bound: before a part of a model runs, the weights of those that ran the
 * longest ago go, back to the file they are mapped from. Counted as a whole, also where a run reads only a few rows of them.
 * While all that is in memory is in use, a run waits; since each run uses one part at a time, that ends. Thread-safe.
 */
final class WeightBudget {
    private static final long LOOK_MILLIS = 20;

    private final LongSupplier most;
    /** In memory, those that ran the longest ago first. */
    private final Set<Part> resident = new LinkedHashSet<>();

    private long bytes;
    private long reserved;

    /** @param most bytes; may change */
    WeightBudget(LongSupplier most) {
        this.most = most;
    }

    /** The weights of a part of a model. */
    final class Part {
        private final String what;
        private final long size;
        private final Runnable unloading;
        private int users;

        private Part(String what, long size, Runnable unloading) {
            this.what = what;
            this.size = size;
            this.unloading = unloading;
        }

        /**
         * Has the weights in memory until {@link #release}, waiting for others if need be.
         *
         * @throws BackendException if they are more than the bound
         * @throws TminusException if the run is cancelled meanwhile
         */
        void acquire(RunControl control) throws TminusException {
            synchronized (WeightBudget.this) {
                while (!admit(this)) {
                    awaitRelease(control);
                }
                users++;
            }
        }

        void release() {
            synchronized (WeightBudget.this) {
                users--;
                WeightBudget.this.notifyAll();
            }
        }

        /** To be called when nobody will use it any more; its weights may stay mapped until they are unmapped. */
        void forget() {
            synchronized (WeightBudget.this) {
                if (resident.remove(this)) {
                    bytes -= size;
                }
                WeightBudget.this.notifyAll();
            }
        }
    }

    /**
     * @param what for messages
     * @param unloading takes the weights out of memory; they come again when they are read
     */
    Part part(String what, long size, Runnable unloading) {
        return new Part(what, size, unloading);
    }

    /**
     * Sets memory aside for weights that never go.
     *
     * @param size how many bytes
     * @param largest the most bytes of a part that shall run beside them
     * @throws BackendException if that does not fit
     */
    synchronized void reserve(String model, long size, long largest) throws BackendException {
        long room = most.getAsLong() - reserved;
        if (size + largest > room) {
            throw new BackendException(
                    "Model " + model + " cannot be opened: of its weights " + mebibytes(size)
                            + " MiB must stay in memory and its largest part has " + mebibytes(largest)
                            + " MiB, but weightMemoryMiB has room for " + mebibytes(Math.max(0, room)) + ".",
                    "Raise weightMemoryMiB, or have the weights in a file of their own (external data): only those can"
                            + " leave memory.");
        }
        reserved += size;
    }

    synchronized void giveBack(long size) {
        reserved -= size;
        notifyAll();
    }

    /** Bytes of weights of parts that are in memory. */
    synchronized long residentBytes() {
        return bytes;
    }

    private boolean admit(Part part) throws BackendException {
        if (resident.remove(part)) {
            resident.add(part);
            return true;
        }
        long room = most.getAsLong() - reserved - part.size;
        if (room < 0) {
            throw new BackendException(
                    "The weights of " + part.what + " take " + mebibytes(part.size)
                            + " MiB, more than weightMemoryMiB leaves.",
                    "Raise weightMemoryMiB.");
        }
        for (Part idle : leaving(bytes - room)) {
            resident.remove(idle);
            bytes -= idle.size;
            idle.unloading.run();
        }
        if (bytes > room) {
            return false;
        }
        resident.add(part);
        bytes += part.size;
        return true;
    }

    /** Parts that nobody uses, as many as have so many bytes; all of them if that is not enough. */
    private List<Part> leaving(long needed) {
        List<Part> leaving = new ArrayList<>();
        long found = 0;
        for (Iterator<Part> parts = resident.iterator(); found < needed && parts.hasNext(); ) {
            Part next = parts.next();
            if (next.users == 0) {
                leaving.add(next);
                found += next.size;
            }
        }
        return leaving;
    }

    private void awaitRelease(RunControl control) throws TminusException {
        control.check();
        try {
            TimeUnit.MILLISECONDS.timedWait(this, LOOK_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RequestCancelledException("The request was interrupted while it waited for memory.", "");
        }
    }

    private static String mebibytes(long size) {
        return String.valueOf((size + (1 << 20) - 1) >> 20);
    }
}
