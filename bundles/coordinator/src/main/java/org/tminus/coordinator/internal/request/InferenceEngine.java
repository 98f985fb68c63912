/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.backend.Backend;
import org.tminus.coordinator.internal.configuration.GlobalSettings;
import org.tminus.coordinator.internal.pipeline.Leasable;
import org.tminus.coordinator.internal.pipeline.Pipeline;
import org.tminus.coordinator.internal.pipeline.ServiceBoard;
import org.tminus.coordinator.internal.pipeline.ServiceEntry;
import org.tminus.coordinator.internal.session.ModelView;
import org.tminus.coordinator.internal.session.SessionSlot;
import org.tminus.coordinator.internal.status.Counter;
import org.tminus.failure.BackendException;
import org.tminus.failure.CapacityException;
import org.tminus.failure.DeadlineExceededException;
import org.tminus.failure.InvalidRequestException;
import org.tminus.failure.RequestCancelledException;
import org.tminus.failure.TminusException;
import org.tminus.inference.InferenceRequest;
import org.tminus.inference.InferenceResult;
import org.tminus.inference.InferenceService;
import org.tminus.model.AdaptiveModel;
import org.tminus.policy.Policy;

/**
 * Takes requests and sees to it that each is answered once. {@link #submit} works on worker threads. {@link #infer} works
 * on the calling thread if a permit is free, the request has no deadline, and the services in force have proven
 * themselves: that saves two changes of thread. Otherwise it hands over too, because only then the caller can be released
 * from a call that hangs.
 */
public final class InferenceEngine implements InferenceService, ServiceBoard.Listener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(InferenceEngine.class);

    private final Platform platform;
    private final Executor completions;
    private final Executor background;
    private final WorkerPool pool;
    private final Watchdog watchdog;
    private final Scheduler scheduler = new OwnScheduler();
    private final DeviceConcurrency concurrency;
    private final AtomicLong ids = new AtomicLong();
    private final Set<Task> waitingForSessions = ConcurrentHashMap.newKeySet();
    /** How often those who wait for sessions were told to look again. */
    private final AtomicLong looks = new AtomicLong();

    private volatile Runnable changes = () -> {};
    private volatile boolean closed;

    /**
     * @param completions completes the futures of {@link #submit}
     * @param background asks backends what may take long
     */
    public InferenceEngine(Platform platform, Executor completions, Executor background) {
        this.platform = platform;
        this.completions = completions;
        this.background = background;
        GlobalSettings settings = platform.board().current().configuration().global();
        this.pool = new WorkerPool(settings.queueCapacity(), platform.clock(), this::work);
        this.concurrency = new DeviceConcurrency(background, this::resize);
        this.watchdog = new Watchdog(platform, this::expire);
    }

    /**
     * Begins to follow the board's changes.
     *
     * @param follower is told of each change too; must be quick
     */
    public void start(Runnable follower) {
        changes = follower;
        watchdog.start();
        platform.sessions().listen(this::lookAgain);
        platform.board().listen(this);
    }

    // ---- requests

    @Override
    public CompletableFuture<InferenceResult> submit(InferenceRequest request) {
        SubmittedFuture visible = new SubmittedFuture();
        CompletableFuture<InferenceResult> inner = new CompletableFuture<>();
        Task task;
        try {
            task = admit(request, inner);
        } catch (TminusException e) {
            platform.counters().add(Counter.REJECTED);
            visible.completeExceptionally(e);
            return visible;
        }
        visible.task = task;
        if (task.deadline().isLimited()) {
            watchdog.watch(task);
        }
        var unused = inner.whenComplete((result, failure) -> {
            watchdog.forget(task);
            complete(() -> visible.settle(result, failure));
        });
        dispatch(task);
        return visible;
    }

    private void complete(Runnable completion) {
        try {
            completions.execute(completion);
        } catch (RejectedExecutionException e) {
            // The platform has stopped; better on this thread than never.
            completion.run();
        }
    }

    @Override
    public InferenceResult infer(InferenceRequest request) throws TminusException, InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("Interrupted before the request began");
        }
        Task task;
        Route route;
        try {
            task = admit(request, new CompletableFuture<>());
            route = platform.router().route(task, platform.clock().getAsLong());
        } catch (TminusException e) {
            platform.counters().add(Counter.REJECTED);
            throw e;
        }
        if (mayRunHere(task, route) && pool.tryEnter()) {
            Execution execution = new Execution(task, platform, scheduler, false);
            if (execution.run() == Execution.End.NOT_READY) {
                dispatch(task);
            } else if (execution.wasInterrupted()) {
                Thread.interrupted();
                throw new InterruptedException("Interrupted while the request ran");
            }
        } else {
            platform.counters().add(Counter.HANDED_OVER);
            dispatch(task);
        }
        return await(task);
    }

    private boolean mayRunHere(Task task, Route route) {
        if (task.deadline().isLimited() || route.settings().global().handOver() || !route.isTrusted()) {
            return false;
        }
        Joining joining = task.joining();
        if (joining != null && joining.isHeldBack()) {
            return false;
        }
        ServiceEntry<Policy> entry = Router.policy(route, task.request()).entry();
        return entry == null
                || entry.equals(route.policy().entry())
                || entry.health().isProven();
    }

    private InferenceResult await(Task task) throws TminusException, InterruptedException {
        CompletableFuture<InferenceResult> future = task.future();
        try {
            return task.deadline().isLimited()
                    ? future.get(Math.max(0, task.deadline().nanosLeft()), TimeUnit.NANOSECONDS)
                    : future.get();
        } catch (TimeoutException e) {
            expire(task);
            return outcome(future);
        } catch (InterruptedException e) {
            if (task.stop()) {
                cancelled(task);
            } else {
                discard(future);
            }
            throw e;
        } catch (ExecutionException e) {
            throw failure(e);
        }
    }

    /** It was answered at the same moment. Once this returns, nothing is written to the client's memory any more. */
    private static void discard(CompletableFuture<InferenceResult> future) {
        try {
            future.join().close();
        } catch (CompletionException e) {
            LOG.debug("The request that nobody waits for any more has failed", e);
        }
    }

    private static InferenceResult outcome(CompletableFuture<InferenceResult> future)
            throws TminusException, InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw failure(e);
        }
    }

    private static TminusException failure(ExecutionException e) {
        return e.getCause() instanceof TminusException known
                ? known
                : new BackendException("The request failed unexpectedly.", "Report this with the log.", e);
    }

    /** Validates a request and gives it its number. */
    private Task admit(InferenceRequest request, CompletableFuture<InferenceResult> future) throws TminusException {
        platform.counters().add(Counter.REQUESTS);
        if (closed) {
            throw WorkerPool.stopping();
        }
        long now = platform.clock().getAsLong();
        Deadline deadline = Deadline.in(request.deadline().orElse(null), platform.clock());
        deadline.check();
        Route route = platform.router().route(request);
        Batch batch = validated(request, route);
        Task task = new Task(ids.incrementAndGet(), request, batch, now, deadline, future);
        task.enrol(RolloutRuns.enrol(platform.router(), route, request, task.id(), now));
        if (route.settings().batchMaxRows() > 1 && mayJoin(route, now)) {
            task.joins(Joining.of(task, route.settings()));
        }
        return task;
    }

    private static boolean mayJoin(Route route, long now) {
        return !route.candidates().isEmpty()
                && route.candidates().get(0).sharedCalls().areWorthwhile(now);
    }

    /**
     * While no version can answer, nobody knows which one will, and the newest may turn out to be a bad one: then a request is
     * refused only if none of them takes it.
     */
    private Batch validated(InferenceRequest request, Route route) throws TminusException {
        try {
            return RequestValidator.validate(request, view(route));
        } catch (InvalidRequestException e) {
            if (route.hasReady(Set.of())) {
                throw e;
            }
            for (Route other : platform.router().routes(request)) {
                try {
                    return RequestValidator.validate(request, view(other));
                } catch (InvalidRequestException another) {
                    e.addSuppressed(another);
                }
            }
            throw e;
        }
    }

    private static ModelView view(Route route) {
        return route.candidates().isEmpty()
                ? new ModelView(route.model().service())
                : route.candidates().get(0).view();
    }

    /** Sends a task to the workers, or has it wait for a session first. */
    private void dispatch(Task task) {
        dispatch(task, false);
    }

    /** @param waited whether it was admitted to those who wait for a session before */
    private void dispatch(Task task, boolean waited) {
        long looked = looks.get();
        try {
            Route route = platform.router().route(task, platform.clock().getAsLong());
            while (!route.hasReady(task.excluded())) {
                SessionSlot opening = route.opening(task.excluded());
                if (opening != null) {
                    awaitSession(task, opening, route, waited);
                    // What changed meanwhile was told to others only.
                    if (looked != looks.get() || closed || task.isDone()) {
                        lookAgain(task);
                    }
                    return;
                }
                if (platform.router().isHopeless(route, task.excluded())) {
                    throw Execution.noBackend(route);
                }
                route = platform.router().route(task, platform.clock().getAsLong());
            }
            if (task.excluded().isEmpty() && !task.hasParted()) {
                pool.submit(task);
            } else {
                pool.resubmit(task);
            }
        } catch (CapacityException e) {
            platform.counters().add(Counter.REJECTED);
            end(task, e);
        } catch (TminusException e) {
            platform.counters().add(Counter.FAILED);
            end(task, e);
        }
    }

    /** Waits for nothing: what cannot run soon is not compared. */
    private void dispatchShadow(Task task) {
        try {
            Route route = platform.router().route(task, platform.clock().getAsLong());
            if (!route.hasReady(task.excluded())) {
                throw Execution.noBackend(route);
            }
            pool.submit(task);
        } catch (TminusException e) {
            end(task, e);
        }
    }

    private void awaitSession(Task task, SessionSlot opening, Route route, boolean waited) throws CapacityException {
        if (closed) {
            throw WorkerPool.stopping();
        }
        int capacity = route.settings().global().queueCapacity();
        if (!waited && waitingForSessions.size() >= capacity) {
            throw new CapacityException(
                    waitingForSessions.size() + " requests wait for a session already.",
                    "Send fewer until the model is open, or raise queueCapacity.");
        }
        waitingForSessions.add(task);
        platform.sessions().open(opening, route.pipeline().repository());
    }

    /**
     * A session or the pipeline has changed: those who wait may have another session to use, or none to wait for. The older
     * request goes first.
     */
    private void lookAgain() {
        looks.incrementAndGet();
        waitingForSessions.stream().sorted(Comparator.comparingLong(Task::id)).forEach(this::lookAgain);
    }

    private void lookAgain(Task task) {
        // Of several threads that see it wait, one takes it.
        if (waitingForSessions.remove(task) && !task.isDone()) {
            dispatch(task, true);
        }
    }

    private boolean work(Task task, List<Task> joined) {
        if (!joined.isEmpty()) {
            return new Company(task, joined, platform, scheduler).run();
        }
        Execution execution = new Execution(task, platform, scheduler, true);
        Execution.End end = execution.run();
        if (end == Execution.End.NOT_READY && task.isShadow()) {
            dispatchShadow(task);
        } else if (end == Execution.End.NOT_READY) {
            dispatch(task);
        }
        return end != Execution.End.ABANDONED;
    }

    private void refuse(Task task) {
        end(task, WorkerPool.stopping());
    }

    private void end(Task task, TminusException failure) {
        if (task.stop()) {
            task.future().completeExceptionally(failure);
        }
    }

    private void expire(Task task) {
        boolean atWork = task.isAtWork();
        Ticket ticket = task.ticket();
        if (task.stop()) {
            if (ticket != null && atWork) {
                ticket.report(true, -1);
            }
            platform.counters().add(Counter.DEADLINES_EXCEEDED);
            platform.counters().add(Counter.FAILED);
            pool.remove(task);
            waitingForSessions.remove(task);
            DeadlineExceededException exceeded = Deadline.exceeded();
            task.future().completeExceptionally(exceeded);
        }
    }

    /** After {@link Task#stop}. */
    private void cancelled(Task task) {
        platform.counters().add(Counter.CANCELLED);
        pool.remove(task);
        waitingForSessions.remove(task);
        task.future().completeExceptionally(new RequestCancelledException("The request was cancelled.", ""));
    }

    /**
     * What {@link #submit} gives: cancelling it cancels the request, unless its answer is just being delivered, which may be
     * writing to the client's memory already.
     */
    private final class SubmittedFuture extends CompletableFuture<InferenceResult> {
        private volatile @Nullable Task task;

        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            Task running = task;
            if (running != null && !running.stop()) {
                return isCancelled();
            }
            boolean cancelled = super.cancel(mayInterruptIfRunning);
            if (running != null) {
                cancelled(running);
            }
            return cancelled;
        }

        private void settle(@Nullable InferenceResult result, @Nullable Throwable failure) {
            if (result == null) {
                completeExceptionally(
                        failure == null ? new IllegalStateException("Neither result nor failure") : failure);
            } else if (!complete(result)) {
                result.close();
                platform.counters().add(Counter.LATE_RESULTS);
            }
        }
    }

    private final class OwnScheduler implements Scheduler {
        @Override
        public void again(Task task) {
            dispatch(task);
        }

        @Override
        public void lookAgain() {
            InferenceEngine.this.lookAgain();
        }

        @Override
        public void leave() {
            pool.leave();
        }

        @Override
        public void replaceWorker() {
            pool.replaceWorker();
        }

        @Override
        public void shadow(Task task) {
            dispatchShadow(task);
        }

        @Override
        public void inBackground(Runnable work) {
            background.execute(work);
        }

        @Override
        public int queueLength(String model) {
            return pool.count(task -> task.request().model().equals(model));
        }

        @Override
        public int requestsWaiting() {
            return pool.requestsWaiting();
        }

        @Override
        public long oldestWaitNanos() {
            return pool.oldestWaitNanos();
        }
    }

    // ---- changes of the pipeline

    @Override
    public void changed(Pipeline pipeline) {
        resize();
        if (closed) {
            return;
        }
        openSessions(pipeline);
        lookAgain();
        changes.run();
    }

    private void resize() {
        Pipeline sized;
        do {
            // Changes may be told of in another order than they were made: the newest one counts.
            sized = platform.board().current();
            GlobalSettings settings = sized.configuration().global();
            pool.resize(workers(sized, settings), settings.queueCapacity());
        } while (!sized.equals(platform.board().current()));
    }

    private void openSessions(Pipeline pipeline) {
        for (ServiceEntry<AdaptiveModel> model : pipeline.allModels()) {
            List<SessionSlot> candidates = platform.router().route(model).candidates();
            // Only the preferred backend: a stand-in's session costs memory, and is opened when it is needed.
            if (!candidates.isEmpty()) {
                platform.sessions().open(candidates.get(0), pipeline.repository());
            }
            SessionSlot tried = platform.router().triedSession(model);
            if (tried != null) {
                platform.sessions().open(tried, pipeline.repository());
            }
        }
    }

    private int workers(Pipeline pipeline, GlobalSettings settings) {
        if (settings.workers() > 0) {
            return settings.workers();
        }
        int most = 1;
        for (ServiceEntry<Backend> backend : pipeline.backends()) {
            most = Math.max(most, concurrency.of(backend));
        }
        return Math.min(most, GlobalSettings.MOST_WORKERS);
    }

    @Override
    public List<? extends Leasable> retire(ServiceEntry<?> gone) {
        concurrency.forget(gone.lease());
        return platform.sessions().retire(gone);
    }

    /** Refuses what waits and what comes; what is at work goes on. */
    @Override
    public void close() {
        closed = true;
        platform.comparisons().close();
        platform.repeats().close();
        pool.close().forEach(this::refuse);
        waitingForSessions.forEach(this::refuse);
        waitingForSessions.clear();
    }

    /** Ends the threads; after {@link #close}, when nothing is at work any more. */
    public void stopWatching() {
        watchdog.stop();
    }
}
