/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.tminus.backend.Run;
import org.tminus.failure.BackendException;
import org.tminus.failure.TminusException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.ExitId;
import org.tminus.model.LayerId;
import org.tminus.tensor.Tensor;

/**
 * One backend's run for the rows of several requests, each of which sees a run of its own: a {@link Slice}. In each turn
 * every slice advances once, by the same layers, which run for the first that asks; what is read is read once for all. Rows
 * that are not retained leave with the next advance. One thread at a time.
 */
final class SharedRun {
    private final Run run;
    private final AdaptiveModel model;
    private final Set<String> outputs;
    private final LongSupplier clock;
    private final List<Slice> slices = new ArrayList<>();
    private final Map<ExitId, Map<String, Tensor>> heads = new HashMap<>();
    private @Nullable Tensor pooled;
    private @Nullable List<LayerId> advanced;
    private int rows;
    private long nanos;
    private boolean broken;

    /**
     * @param run has done the stem for the rows of all slices, in their order; closed by its owner
     * @param outputs what an exit gives
     */
    SharedRun(Run run, AdaptiveModel model, Set<String> outputs, LongSupplier clock) {
        this.run = run;
        this.model = model;
        this.outputs = outputs;
        this.clock = clock;
    }

    /** For the next so many rows; all slices are taken before the first turn. */
    Slice slice(int count) {
        int[] own = new int[count];
        for (int index = 0; index < count; index++) {
            own[index] = rows++;
        }
        Slice slice = new Slice(own);
        slices.add(slice);
        return slice;
    }

    /** All slices have advanced; they may do so again. */
    void nextTurn() {
        advanced = null;
    }

    private interface Call<T> {
        T now() throws TminusException;
    }

    /** After a call that failed, nobody knows in which state the run is. */
    private <T> T call(Slice slice, Call<T> call) throws TminusException {
        if (broken) {
            throw new BackendException("The run with other requests has failed.", "The request runs again, alone.");
        }
        long start = clock.getAsLong();
        boolean done = false;
        try {
            T result = call.now();
            done = true;
            return result;
        } finally {
            broken = !done;
            long taken = clock.getAsLong() - start;
            nanos += taken;
            slice.ownNanos += taken;
        }
    }

    private void advance(Slice slice, List<LayerId> layers) throws TminusException {
        List<LayerId> present = advanced;
        if (present == null) {
            call(slice, () -> {
                forget();
                compact();
                run.advance(layers);
                return layers;
            });
            advanced = layers;
        } else if (broken || !present.equals(layers)) {
            throw new BackendException(
                    "The run with other requests goes another way.", "The request runs again, alone.");
        }
    }

    /** Has the run keep only the rows that slices still have. */
    private void compact() throws TminusException {
        int[] kept = new int[rows];
        int count = 0;
        for (Slice slice : slices) {
            for (int row : slice.own) {
                kept[count++] = row;
            }
        }
        if (count == rows) {
            return;
        }
        run.retain(Arrays.copyOf(kept, count));
        rows = count;
        int next = 0;
        for (Slice slice : slices) {
            for (int index = 0; index < slice.own.length; index++) {
                slice.own[index] = next++;
            }
        }
    }

    private Map<String, Tensor> read(Slice slice, ExitId exit) throws TminusException {
        Map<String, Tensor> head = heads.get(exit);
        if (head == null) {
            head = call(slice, () -> {
                try {
                    return OutputCheck.check(model, outputs, rows, List.of(), run.read(exit));
                } catch (BackendFailure e) {
                    throw new BackendException(e.reason(), "The requests run again, each alone.", e);
                }
            });
            heads.put(exit, head);
        }
        Map<String, Tensor> own = new HashMap<>();
        head.forEach((name, tensor) -> own.put(name, Tensors.gather(tensor, slice.own)));
        return own;
    }

    private Tensor pooled(Slice slice) throws TminusException {
        Tensor read = pooled;
        if (read == null) {
            read = call(slice, () -> {
                Tensor given = run.pooled();
                pooled = given;
                if (given.shape().rank() == 0 || given.shape().dimension(0) != rows || !Tensors.isWhole(given)) {
                    throw new BackendException(
                            "The pooled state of " + rows + " rows has the shape " + given.shape() + ".",
                            "The requests run again, each alone.");
                }
                return given;
            });
        }
        return Tensors.gather(read, slice.own);
    }

    /** Closes what was read in the last turn. */
    void forget() {
        heads.values().forEach(head -> head.values().forEach(OutputCheck::close));
        heads.clear();
        OutputCheck.close(pooled);
        pooled = null;
    }

    /** The run as one request sees it. What it reads are copies, which the receiver closes. */
    final class Slice implements Run {
        /** Rows of the shared run, ascending. */
        private int[] own;

        private long ownNanos;

        private Slice(int[] own) {
            this.own = own;
        }

        @Override
        public int rows() {
            return own.length;
        }

        @Override
        public void advance(List<LayerId> layers) throws TminusException {
            SharedRun.this.advance(this, layers);
        }

        @Override
        public Map<String, Tensor> read(ExitId exit) throws TminusException {
            return SharedRun.this.read(this, exit);
        }

        @Override
        public Tensor pooled() throws TminusException {
            return SharedRun.this.pooled(this);
        }

        @Override
        public void retain(int[] kept) {
            int[] left = new int[kept.length];
            for (int index = 0; index < kept.length; index++) {
                left[index] = own[kept[index]];
            }
            own = left;
        }

        /** How long calls took so far that others made for all. */
        long nanosOfOthers() {
            return nanos - ownNanos;
        }

        /** Its rows leave. */
        @Override
        public void close() {
            own = new int[0];
        }
    }
}
