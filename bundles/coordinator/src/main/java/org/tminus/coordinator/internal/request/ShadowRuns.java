/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.VersionRange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.certificate.SequentialTest;
import org.tminus.coordinator.internal.certificate.CertificateBook;
import org.tminus.coordinator.internal.certificate.PointId;
import org.tminus.coordinator.internal.certificate.Standing;
import org.tminus.coordinator.internal.configuration.GlobalSettings;
import org.tminus.coordinator.internal.session.ModelView;
import org.tminus.coordinator.internal.status.Counter;
import org.tminus.coordinator.internal.status.Counters;
import org.tminus.inference.InferenceRequest;
import org.tminus.inference.InferenceResult;
import org.tminus.inference.Priority;
import org.tminus.tensor.Tensor;

/**
 * Compares a share of the certified answers with full depth, after they were delivered. Which rows are drawn follows from
 * the number of the request alone, never from input, policy or load; what load makes impossible is dropped, and counted.
 * One comparison runs at a time, in the order of the queue. Thread-safe.
 */
final class ShadowRuns {
    private static final Logger LOG = LoggerFactory.getLogger(ShadowRuns.class);
    private static final long SEED = 0x5eed_7a3c_91b2_44d1L;

    private final CertificateBook book;
    private final Counters counters;
    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<ShadowJob> queue = new ArrayDeque<>();
    private boolean busy;
    private boolean closed;

    ShadowRuns(CertificateBook book, Counters counters) {
        this.book = book;
        this.counters = counters;
    }

    /** Whether a row is drawn: the same for the same numbers, and as good as independent of all else. */
    static boolean isDrawn(long requestId, int row, double share) {
        long mixed = SEED + requestId * 0x9e37_79b9_7f4a_7c15L + row * 0xc2b2_ae3d_27d4_eb4fL;
        mixed = (mixed ^ (mixed >>> 30)) * 0xbf58_476d_1ce4_e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d0_49bb_1331_11ebL;
        mixed ^= mixed >>> 31;
        return (mixed >>> 11) * 0x1.0p-53 < share;
    }

    /**
     * Draws from an answered request and copies what the comparison needs, while the client's memory is still there.
     *
     * @param fullDepth per row, whether full depth answered it
     * @param outputs the answer
     * @return null if nothing is drawn or can be compared
     */
    @Nullable
    ShadowJob draw(
            Task task,
            ModelView view,
            Standing standing,
            boolean[] fullDepth,
            Map<String, Tensor> outputs,
            GlobalSettings settings) {
        PointId id = standing.id();
        double share = settings.shadowShare();
        if (share <= 0 || id == null || !standing.isCertified() || Double.isNaN(standing.limit())) {
            return null;
        }
        List<Integer> drawn = new ArrayList<>();
        for (int row = 0; row < fullDepth.length; row++) {
            if (isDrawn(task.id(), row, share)) {
                drawn.add(row);
            }
        }
        if (drawn.isEmpty()) {
            return null;
        }
        counters.add(Counter.SHADOW_DRAWN, drawn.size());
        Agreement agreement = Agreement.of(view, settings.agreementCosine());
        if (agreement == null || !outputs.containsKey(agreement.output())) {
            counters.add(Counter.SHADOW_DROPPED, drawn.size());
            return null;
        }
        int[] running = drawn.stream()
                .mapToInt(Integer::intValue)
                .filter(row -> !fullDepth[row])
                .toArray();
        if (bytes(task.request().inputs(), running.length) > settings.shadowMaxBytes()) {
            counters.add(Counter.SHADOW_DROPPED, drawn.size());
            return null;
        }
        List<ShadowJob.Kept> kept = new ArrayList<>();
        for (int row : drawn) {
            float[] answer = fullDepth[row] ? null : agreement.keep(outputs, row);
            kept.add(new ShadowJob.Kept(fullDepth[row], answer == null ? new float[0] : answer));
        }
        Map<String, Tensor> copies = new HashMap<>();
        if (running.length > 0) {
            task.request().inputs().forEach((name, tensor) -> copies.put(name, Tensors.gather(tensor, running)));
        }
        SequentialTest test = book.test(id, standing.limit(), standing.delta());
        return new ShadowJob(task.id(), task.batch(), id, test, agreement, copies, kept);
    }

    private static long bytes(Map<String, Tensor> inputs, int rows) {
        long bytes = 0;
        for (Tensor tensor : inputs.values()) {
            bytes += tensor.byteSize() / Math.max(1, tensor.shape().dimension(0)) * rows;
        }
        return bytes;
    }

    /**
     * Takes a job whose answer was delivered.
     *
     * @param capacity of the queue
     * @param clock monotonic nanoseconds
     * @param runner sends a task to the workers; its future is completed in any case
     */
    void offer(ShadowJob job, int capacity, LongSupplier clock, Consumer<Task> runner) {
        lock.lock();
        try {
            if (closed || queue.size() >= capacity) {
                drop(job);
                return;
            }
            queue.addLast(job);
        } finally {
            lock.unlock();
        }
        goOn(clock, runner);
    }

    /** Works through what needs no run, and sends the first job that does; goes on when that one is done. */
    private void goOn(LongSupplier clock, Consumer<Task> runner) {
        for (; ; ) {
            ShadowJob job;
            lock.lock();
            try {
                job = busy ? null : queue.pollFirst();
                if (job == null) {
                    return;
                }
                busy = true;
            } finally {
                lock.unlock();
            }
            if (job.rows() > 0) {
                start(job, clock, runner);
            } else {
                try {
                    compare(job, null);
                } finally {
                    release();
                }
            }
        }
    }

    private void release() {
        lock.lock();
        try {
            busy = false;
        } finally {
            lock.unlock();
        }
    }

    private void start(ShadowJob job, LongSupplier clock, Consumer<Task> runner) {
        String version = job.batch().model().version().toString();
        InferenceRequest request = InferenceRequest.builder(job.batch().model().name())
                .versions(new VersionRange("[" + version + "," + version + "]"))
                .inputs(job.inputs())
                .outputs(job.outputs().toArray(String[]::new))
                .priority(Priority.LOW)
                .build();
        Batch batch = new Batch(job.batch().model(), job.rows(), job.batch().length(), job.outputs());
        CompletableFuture<InferenceResult> future = new CompletableFuture<>();
        // One that ends before it was even sent is followed by the loop that sent it, not by a call within a call.
        AtomicBoolean sending = new AtomicBoolean(true);
        var unused = future.whenComplete((result, failure) -> {
            try {
                finish(job, result);
            } finally {
                release();
                if (!sending.get()) {
                    goOn(clock, runner);
                }
            }
        });
        runner.accept(
                Task.shadow(job.requestId(), request, batch, clock.getAsLong(), Deadline.in(null, clock), future));
        sending.set(false);
    }

    private void finish(ShadowJob job, @Nullable InferenceResult result) {
        if (result == null) {
            drop(job);
            return;
        }
        try (result) {
            compare(job, result);
            // Last: whoever sees the count finds all that followed from the comparison.
            counters.add(Counter.SHADOW_RUN, job.rows());
        } catch (RuntimeException e) {
            LOG.error("Request {} could not be compared with full depth", job.requestId(), e);
        } finally {
            job.close();
        }
    }

    private void compare(ShadowJob job, @Nullable InferenceResult result) {
        int row = 0;
        for (ShadowJob.Kept kept : job.kept()) {
            boolean agrees = kept.fullDepth();
            if (!agrees && result != null) {
                float[] full = job.agreement().keep(result.outputs(), row++);
                agrees = full != null && job.agreement().isSame(kept.answer(), full);
            }
            if (!agrees) {
                counters.add(Counter.SHADOW_DISAGREED);
            }
            book.observe(job.id(), job.test(), agrees);
        }
    }

    /** Gives up a job. */
    void drop(ShadowJob job) {
        counters.add(Counter.SHADOW_DROPPED, job.drawn());
        job.close();
    }

    /** Drops what waits and what comes. */
    void close() {
        lock.lock();
        try {
            closed = true;
            queue.forEach(this::drop);
            queue.clear();
        } finally {
            lock.unlock();
        }
    }
}
