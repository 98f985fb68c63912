/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tminus.failure.BackendException;
import org.tminus.failure.TminusException;
import org.tminus.model.Exit;
import org.tminus.model.ExitId;
import org.tminus.model.LayerId;
import org.tminus.policy.Checkpoint;
import org.tminus.tensor.Floats;
import org.tminus.tensor.Tensor;

/** What a policy sees at one checkpoint. Exit head and pooled state are read when they are first asked for. */
final class CheckpointView implements Checkpoint {
    private final StepwiseRun run;
    private final LayerId layer;
    private final @Nullable Exit exit;
    private final int[] batchRows;
    private final List<LayerId> layersRun;
    private final List<LayerId> layersAhead;
    private final Thread owner = Thread.currentThread();
    private @Nullable Map<String, Tensor> head;
    private float @Nullable [][] probabilities;
    private @Nullable Tensor pooled;
    private @Nullable Exception failure;
    private boolean over;

    CheckpointView(
            StepwiseRun run,
            LayerId layer,
            @Nullable Exit exit,
            int[] batchRows,
            List<LayerId> layersRun,
            List<LayerId> layersAhead) {
        this.run = run;
        this.layer = layer;
        this.exit = exit;
        this.batchRows = batchRows;
        this.layersRun = List.copyOf(layersRun);
        this.layersAhead = layersAhead;
    }

    @Override
    public LayerId layer() {
        return layer;
    }

    @Override
    public Optional<ExitId> exit() {
        return exit == null ? Optional.empty() : Optional.of(exit.id());
    }

    @Override
    public int rows() {
        return batchRows.length;
    }

    @Override
    public int batchRow(int row) {
        return batchRows[row];
    }

    @Override
    public float[] probabilities(int row) throws TminusException {
        return known(row).clone();
    }

    private float[] known(int row) throws TminusException {
        checkOpen();
        if (row < 0 || row >= batchRows.length) {
            throw new IndexOutOfBoundsException("Row " + row + " of " + batchRows.length);
        }
        float[][] cached = probabilities;
        if (cached == null) {
            Exit here = exit;
            if (here == null) {
                throw new IllegalStateException("There is no exit after layer " + layer);
            }
            String score = run.view().scoreOutput();
            if (score == null) {
                throw new BackendException(
                        "Model " + run.view().model()
                                + " has no output of numbers with a fraction to tell a confidence from.",
                        "Use a policy that needs none.");
            }
            Map<String, Tensor> read;
            try {
                read = run.readHead(here, score);
            } catch (BackendFailure e) {
                throw failed(e);
            } catch (TminusException e) {
                failure = e;
                throw e;
            }
            head = read;
            cached = new float[batchRows.length][];
            Tensor scores = Objects.requireNonNull(read.get(score));
            FloatBuffer values = Floats.of(scores);
            for (int index = 0; index < cached.length; index++) {
                cached[index] = Tensors.softmax(values, Tensors.rowElements(scores), index);
            }
            probabilities = cached;
        }
        return cached[row];
    }

    private BackendException failed(BackendFailure cause) {
        failure = cause;
        return new BackendException(cause.reason(), "Pass this on; another backend is tried.", cause);
    }

    @Override
    public float confidence(int row) throws TminusException {
        float largest = 0;
        for (float probability : known(row)) {
            largest = Math.max(largest, probability);
        }
        return largest;
    }

    @Override
    public FloatBuffer pooled(int row) throws TminusException {
        checkOpen();
        Tensor read = pooled;
        if (read == null) {
            try {
                read = run.readPooled();
            } catch (BackendFailure e) {
                throw failed(e);
            } catch (TminusException e) {
                failure = e;
                throw e;
            }
            pooled = read;
        }
        int width = Tensors.rowElements(read);
        return read.buffer().asFloatBuffer().slice(row * width, width);
    }

    @Override
    public long flopsPerRow() {
        return run.flopsPerRow();
    }

    @Override
    public Optional<Duration> timeLeft() {
        return run.timeLeft();
    }

    private void checkOpen() {
        if (Thread.currentThread() != owner) {
            // A run belongs to one thread, and nobody would look after calls of another.
            throw new IllegalStateException("A checkpoint can only be read by the thread that asks the policy");
        }
        if (over) {
            throw new IllegalStateException("The checkpoint after layer " + layer + " is over");
        }
    }

    List<LayerId> layersRun() {
        return layersRun;
    }

    List<LayerId> layersAhead() {
        return layersAhead;
    }

    ExitId pathExit() {
        return run.pathExit();
    }

    boolean hasFailed() {
        return failure != null;
    }

    /** The failure that the policy was told of goes its own way, whatever the policy made of it. */
    void rethrow() throws TminusException, BackendFailure {
        Exception found = failure;
        if (found instanceof BackendFailure backend) {
            throw backend;
        }
        if (found instanceof TminusException other) {
            throw other;
        }
    }

    /** What the exit here answers, if it has been read; the receiver closes it. */
    @Nullable
    Map<String, Tensor> takeHead(ExitId wanted) {
        Map<String, Tensor> read = head;
        if (read != null && exit != null && exit.id().equals(wanted)) {
            head = null;
            return read;
        }
        return null;
    }

    void end() {
        over = true;
        if (head != null) {
            head.values().forEach(OutputCheck::close);
            head = null;
        }
        if (pooled != null) {
            OutputCheck.close(pooled);
        }
    }
}
