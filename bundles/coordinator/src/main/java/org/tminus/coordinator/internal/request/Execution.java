/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.coordinator.internal.certificate.Standing;
import org.tminus.coordinator.internal.configuration.EffectiveSettings;
import org.tminus.coordinator.internal.configuration.GlobalSettings;
import org.tminus.coordinator.internal.configuration.RolloutSettings;
import org.tminus.coordinator.internal.pipeline.Health;
import org.tminus.coordinator.internal.pipeline.Leasable;
import org.tminus.coordinator.internal.pipeline.LeaseHolder;
import org.tminus.coordinator.internal.pipeline.Pipeline;
import org.tminus.coordinator.internal.pipeline.ServiceEntry;
import org.tminus.coordinator.internal.session.ModelView;
import org.tminus.coordinator.internal.session.SessionSlot;
import org.tminus.coordinator.internal.status.Counter;
import org.tminus.failure.BackendException;
import org.tminus.failure.BudgetException;
import org.tminus.failure.CapacityException;
import org.tminus.failure.DeadlineExceededException;
import org.tminus.failure.InvalidRequestException;
import org.tminus.failure.ModelNotFoundException;
import org.tminus.failure.NoBackendException;
import org.tminus.failure.RequestCancelledException;
import org.tminus.failure.TminusException;
import org.tminus.failure.UncertifiedException;
import org.tminus.inference.CertificateState;
import org.tminus.inference.JournalEntry;
import org.tminus.inference.Step;
import org.tminus.inference.Trace;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.OperatingPoint;
import org.tminus.model.Path;
import org.tminus.policy.Budget;
import org.tminus.policy.Policy;
import org.tminus.tensor.Tensor;

/**
 * One attempt at answering one request, on one thread. It leases what it works with, so that nothing goes away under it;
 * draining and the watchdog reach it from other threads through {@link LeaseHolder}.
 */
final class Execution implements LeaseHolder {
    private static final Logger LOG = LoggerFactory.getLogger(Execution.class);

    /** How an execution ended. */
    enum End {
        /** The task has its answer or its failure, or was taken away. */
        DONE,
        /** No session is open yet: the task has to wait for one. */
        NOT_READY,
        /** The execution was given up while it hung; its thread must end. */
        ABANDONED
    }

    /** Stands for any policy, and for one that is not there. */
    private static final Object POLICY = new Object();

    private static final Standing FULL_DEPTH =
            new Standing(CertificateState.FULL_DEPTH, "", null, Double.NaN, Double.NaN);
    private static final Standing CERTIFIED_PATH =
            new Standing(CertificateState.CERTIFIED, "", null, Double.NaN, Double.NaN);

    private record Withdrawal(String reason, boolean excused) {}

    private final Task task;
    private final Platform platform;
    private final Scheduler scheduler;
    private final boolean onWorker;
    private final CallGuard guard;
    private final AtomicBoolean holdsPermit;
    private final @Nullable Company company;
    private final StepTimes times = new StepTimes();
    private final List<String> notes = new ArrayList<>(0);
    private Set<Counter> fallbacks = Set.of();
    private final LostCall lostCall = new LostCall();
    private volatile Map<Leasable, Withdrawal> withdrawals = Map.of();
    private volatile @Nullable CallControl control;
    private volatile boolean abandoned;
    private volatile @Nullable Pipeline pipeline;
    private @Nullable SessionSlot slot;
    private @Nullable ServiceEntry<Policy> policy;
    private boolean policyLeased;
    private boolean policyPermitted;
    private boolean begun;
    private @Nullable Answer answer;
    private @Nullable ShadowJob shadow;
    private @Nullable ShadowJob repeat;
    private @Nullable TminusException failure;
    private boolean clientInterrupted;
    private boolean notReady;

    /** Made by the thread that will run it, which holds a permit. */
    Execution(Task task, Platform platform, Scheduler scheduler, boolean onWorker) {
        this(task, platform, scheduler, onWorker, new AtomicBoolean(true), null);
    }

    /**
     * One of several on the same worker.
     *
     * @param permit whether they hold the permit that they share
     */
    Execution(Task task, Platform platform, Scheduler scheduler, AtomicBoolean permit, Company company) {
        this(task, platform, scheduler, true, permit, company);
    }

    private Execution(
            Task task,
            Platform platform,
            Scheduler scheduler,
            boolean onWorker,
            AtomicBoolean permit,
            @Nullable Company company) {
        this.holdsPermit = permit;
        this.company = company;
        this.task = task;
        this.platform = platform;
        this.scheduler = scheduler;
        this.onWorker = onWorker;
        this.guard = new CallGuard(Thread.currentThread(), onWorker);
    }

    End run() {
        if (!begin()) {
            leave();
            return End.DONE;
        }
        try {
            Route route = prepare();
            if (route != null) {
                deliver(answer(route), route);
            }
        } catch (Exception | Error e) {
            failed(e);
        } finally {
            end(true);
        }
        return abandoned ? End.ABANDONED : notReady ? End.NOT_READY : End.DONE;
    }

    /** Takes the task. @return false if it is done already, or taken */
    boolean begin() {
        if (!task.begin(this)) {
            return false;
        }
        platform.active().add(this);
        return true;
    }

    /** Leases what the request needs. @return null if it has to wait for a session */
    private @Nullable Route prepare() throws TminusException {
        long start = now();
        times.add(Step.QUEUE, start - task.submittedNanos());
        task.deadline().check();
        Route route = lease();
        if (route == null) {
            notReady = task.takeFrom(this);
        } else {
            begun = true;
        }
        return route;
    }

    private void failed(Throwable cause) {
        if (cause instanceof ModelWentException) {
            notReady = task.takeFrom(this);
        } else if (cause instanceof TminusException known) {
            fail(known);
        } else {
            LOG.error("Request {} failed unexpectedly", task.id(), cause);
            fail(new BackendException(
                    "Request " + task.id() + " failed inside the platform: " + cause,
                    "Report this with the log.",
                    cause));
        }
    }

    /**
     * Gives everything back, and the client its answer.
     *
     * @param leaving whether nothing else needs the permit any more
     */
    void end(boolean leaving) {
        releaseAll();
        platform.active().remove(this);
        if (lostCall.returned()) {
            tellReturn();
        }
        report();
        if (leaving) {
            // Before the client learns of the answer: its next request must find the permit free.
            leave();
        }
        complete();
    }

    // ---- with others

    /**
     * What has been decided for a request, before its first layer.
     *
     * @param slot is leased
     */
    record Decided(Route route, Terms terms, Prediction prediction, Plan plan, SessionSlot slot) {}

    /** Leases what the request needs and decides, as if it were alone. @return null if it has ended by that */
    @Nullable
    Decided decide() {
        try {
            Route route = prepare();
            if (route == null) {
                return null;
            }
            Prediction prediction = new Prediction(this, route.predictors());
            SessionSlot first = leased();
            DeviceTelemetry telemetry = new DeviceTelemetry(this, first);
            Terms terms = terms(route, first, telemetry);
            Plan plan = plan(route, first, terms, telemetry, prediction);
            return new Decided(route, terms, prediction, plan, first);
        } catch (Exception | Error e) {
            failed(e);
            return null;
        }
    }

    /** Goes on alone with what has been decided. */
    void goOnAlone(Decided decided) {
        try {
            Answer result = follow(decided.route(), decided.plan(), decided.terms(), decided.prediction());
            deliver(result, decided.route());
        } catch (Exception | Error e) {
            failed(e);
        }
    }

    /** Its work is done together with that of others from now on; a cancellation of the request reaches what it does itself. */
    BackendWork share(Decided decided) {
        BackendWork work = new BackendWork(this, decided.slot(), task);
        control = work.control();
        if (isUnwanted()) {
            work.control().cancel();
        }
        return work;
    }

    /**
     * Answers with what has run.
     *
     * @return false if the request is to run again, alone
     */
    boolean answerWith(BackendWork work, Decided decided) {
        try {
            PolicyConversation conversation = decided.plan().conversation();
            Answer result = finished(
                    decided.plan(), decided.plan(), decided.terms(), decided.prediction(), work, work.finish());
            if (conversation != null) {
                conversation.succeeded();
            }
            deliver(result, decided.route());
        } catch (BackendFailure e) {
            LOG.debug("Request {} runs again, alone", task.id(), e);
            return false;
        } catch (Exception | Error e) {
            failed(e);
        } finally {
            work.discard();
            control = null;
        }
        return true;
    }

    /** What is done for it together with others cannot go on for this reason, which is its own. */
    void failAlone(TminusException why) {
        failed(why);
    }

    /** Takes back a task that has neither answer nor failure. @return whether it is to go on its way again */
    boolean takeBack() {
        return notReady || task.takeFrom(this);
    }

    /** Whether the task has to wait for a session. */
    boolean isNotReady() {
        return notReady;
    }

    private void leave() {
        if (holdsPermit.compareAndSet(true, false)) {
            scheduler.leave();
        }
    }

    // ---- leases

    /** Leases an open session and the policy. @return null if no session is open yet */
    private @Nullable Route lease() throws TminusException {
        for (; ; ) {
            Route route = platform.router().route(task, now());
            pipeline = route.pipeline();
            SessionSlot ready = route.ready(task.excluded(), now());
            if (ready == null) {
                if (platform.router().isHopeless(route, task.excluded())) {
                    throw noBackend(route);
                }
                if (route.opening(task.excluded()) != null) {
                    return null;
                }
                continue;
            }
            if (!ready.tryAcquire(this)) {
                continue;
            }
            slot = ready;
            if (task.isFullDepth()) {
                checkSameModel(route);
                return route;
            }
            ServiceEntry<Policy> entry = Router.policy(route, task.request()).entry();
            if (entry == null || entry.lease().tryAcquire(this)) {
                policy = entry;
                policyLeased = entry != null;
                if (isPermitted(ready, entry)) {
                    revalidate(route);
                    return route;
                }
            }
            // The policy has just gone, so there is a newer pipeline, or the candidate may not be called now, so the
            // task
            // has left its side: begin again.
            releaseAll();
        }
    }

    /** Whether the candidate, if the task is for one, may be called; this may be the probe of its quarantine. */
    private boolean isPermitted(SessionSlot ready, @Nullable ServiceEntry<Policy> entry)
            throws RequestCancelledException {
        policyPermitted = false;
        Ticket ticket = task.ticket();
        if (ticket == null || !ticket.isCandidate()) {
            return true;
        }
        RolloutSettings settings = ticket.rollout().settings();
        boolean permitted =
                switch (settings.kind()) {
                    case RolloutSettings.BACKEND -> ready.backend().name().equals(settings.candidate());
                    case RolloutSettings.POLICY ->
                        entry != null && entry.health().permits(now());
                    default -> true;
                };
        if (permitted) {
            policyPermitted = settings.kind().equals(RolloutSettings.POLICY);
            return true;
        }
        if (task.isShadow()) {
            throw new RequestCancelledException("The candidate cannot answer now.", "");
        }
        ticket.rollout().unavailable();
        task.leaveRollout();
        return false;
    }

    /** Why no backend answers. */
    static TminusException noBackend(Route route) {
        AdaptiveModel model = route.model().service();
        for (SessionSlot candidate : route.candidates()) {
            TminusException why = candidate.failure();
            if (why != null) {
                return new BackendException(
                        "Backend '" + candidate.backend().name() + "' cannot open model '" + model + "': "
                                + why.getMessage(),
                        why.advice(),
                        why);
            }
        }
        for (SessionSlot candidate : route.candidates()) {
            if (candidate.backend().health().isExhausted()) {
                return new BackendException(
                        "Backend '" + candidate.backend().name() + "' cannot be used: "
                                + candidate.backend().health().reason(),
                        "Restart its bundle, or raise abandonedCallLimit.");
            }
        }
        return new NoBackendException(
                route.candidates().isEmpty()
                        ? "No backend is there that may run model '" + model + "'."
                        : "No backend is left that could run model '" + model + "'.",
                "Install a backend, or widen backendFilter.");
    }

    /** What another model says at full depth is no comparison. */
    private void checkSameModel(Route route) throws RequestCancelledException {
        if (task.batch().model() != route.model().service()) {
            throw new RequestCancelledException("The model is another one now.", "");
        }
    }

    private void revalidate(Route route) throws TminusException {
        AdaptiveModel model = route.model().service();
        if (task.batch().model() != model) {
            task.revalidated(RequestValidator.validate(task.request(), new ModelView(model)));
        }
    }

    private SessionSlot leased() {
        SessionSlot held = slot;
        if (held == null) {
            throw new IllegalStateException("No session is leased");
        }
        return held;
    }

    private void releaseSlot() {
        SessionSlot held = slot;
        if (held != null) {
            slot = null;
            held.release(this);
        }
    }

    private void releaseAll() {
        releaseSlot();
        ServiceEntry<Policy> held = policy;
        if (policyLeased && held != null) {
            policyLeased = false;
            held.lease().release(this);
        }
    }

    // ---- the answer

    private Answer answer(Route route) throws TminusException {
        SessionSlot first = leased();
        Prediction prediction = new Prediction(this, route.predictors());
        if (task.isFullDepth()) {
            Terms terms = new Terms(
                    new Allowed(List.of(first.view().fullDepth()), false),
                    Budget.unlimited(),
                    null,
                    Standing.uncertified(""),
                    null,
                    "",
                    false);
            return run(route, Plan.fullDepth(first.view()), terms, prediction);
        }
        DeviceTelemetry telemetry = new DeviceTelemetry(this, first);
        Terms terms = terms(route, first, telemetry);
        return follow(route, plan(route, first, terms, telemetry, prediction), terms, prediction);
    }

    private Plan plan(Route route, SessionSlot first, Terms terms, DeviceTelemetry telemetry, Prediction prediction) {
        BatchContext context = new BatchContext(
                task,
                terms.budget(),
                terms.point(),
                route.settings().parameters(),
                terms.allowed(),
                telemetry,
                prediction,
                scheduler);
        return plan(
                route, new Decider(this, first, task.batch(), terms.budget(), terms.allowed()), context, prediction);
    }

    private Answer follow(Route route, Plan plan, Terms terms, Prediction prediction) throws TminusException {
        try {
            Answer result = run(route, plan, terms, prediction);
            if (plan.conversation() != null) {
                plan.conversation().succeeded();
            }
            return result;
        } finally {
            if (plan.conversation() != null) {
                plan.conversation().end();
            }
        }
    }

    private Terms terms(Route route, SessionSlot first, DeviceTelemetry telemetry) throws TminusException {
        EffectiveSettings settings = route.settings();
        Batch batch = task.batch();
        List<Path> open = PathLimits.open(
                first, batch, settings.global(), telemetry, task.deadline().nanosLeft());
        ServiceEntry<Policy> entry = policy;
        CertificateRule rule = new CertificateRule(
                first,
                batch,
                platform.certificates(),
                entry == null ? null : entry.name(),
                settings.parameters(),
                settings.global().requireCertificate(),
                task.request().strict() || settings.global().strict());
        return rule.apply(
                open,
                task.request().budget().orElse(settings.budget()),
                operatingPoint(route),
                task.request().operatingPoint().isPresent());
    }

    private @Nullable OperatingPoint operatingPoint(Route route) {
        return task.request().operatingPoint().isPresent()
                ? route.model()
                        .service()
                        .operatingPoint(task.request().operatingPoint().get())
                        .orElse(null)
                : route.operatingPoint();
    }

    private Plan plan(Route route, Decider decider, BatchContext context, Prediction prediction) {
        ServiceEntry<Policy> entry = policy;
        if (entry == null) {
            String reason = task.request().policy().isPresent()
                    ? "Policy '" + task.request().policy().get() + "' is not there"
                    : Router.policy(route, task.request()).reason();
            return decider.fallBack(reason + ".", 0);
        }
        if (task.excluded().contains(entry.lease())) {
            return decider.staticPlan(0);
        }
        if (!policyPermitted && !entry.health().permits(now())) {
            return decider.fallBack(
                    "Policy '" + entry.name() + "' is in quarantine: "
                            + entry.health().reason(),
                    0);
        }
        policyLeased = false; // the conversation gives it back
        return decider.decide(entry, context, prediction);
    }

    private Answer run(Route route, Plan plan, Terms terms, Prediction prediction) throws TminusException {
        Set<Leasable> tried = new HashSet<>(task.excluded());
        List<String> failures = new ArrayList<>(0);
        Plan answering = plan;
        SessionSlot withoutCheckpoints = null;
        for (; ; ) {
            SessionSlot present = leased();
            BackendWork work = new BackendWork(this, present, task);
            control = work.control();
            if (isWithdrawn(present)) {
                work.control().cancel();
            }
            try {
                // After control is set: whoever takes the task away meanwhile finds it there and cancels it.
                checkWanted();
                return finished(answering, plan, terms, prediction, work, work.run(answering));
            } catch (BackendFailure e) {
                String why = "Backend '" + present.backend().name() + "' failed: " + e.reason() + ".";
                // What goes wrong once nobody waits any more may be because of that.
                if (e.isBlamed() && !isUnwanted()) {
                    blame(present.backend(), why);
                }
                fallback(present.backend(), why);
                failures.add(why);
                tried.add(present);
                if (e.isAtCheckpoint()) {
                    withoutCheckpoints = present;
                }
                releaseSlot();
                checkWanted();
                if (!leaseNext(tried)) {
                    SessionSlot last = withoutCheckpoints;
                    withoutCheckpoints = null;
                    if (last != null && last.tryAcquire(this)) {
                        slot = last;
                        answering = Plan.fullDepth(last.view());
                        continue;
                    }
                    if (currentRoute() == null && platform.router().hasVersion(task.request())) {
                        failures.forEach(task.notes()::add);
                        throw new ModelWentException();
                    }
                    throw gaveUp(route, failures, e);
                }
            } finally {
                control = null;
            }
        }
    }

    /**
     * @param answering what has run
     * @param plan what was decided
     * @param ran the outputs
     */
    private Answer finished(
            Plan answering, Plan plan, Terms terms, Prediction prediction, BackendWork work, Map<String, Tensor> ran)
            throws TminusException, BackendFailure {
        SessionSlot present = leased();
        Plan answered = answering;
        Map<String, Tensor> outputs = ran;
        if (terms.required() && !isAllCertified(answered, terms, work)) {
            note("A certificate is required, and what answered after a fall-back has none. Full depth answers.");
            work.discard(outputs);
            answered = Plan.fullDepth(work.view());
            outputs = work.run(answered);
        }
        if (!isWithdrawn(present)) {
            present.backend().health().succeeded();
        }
        return result(answered, plan.flopsPerRow(), terms, prediction, work, outputs);
    }

    /** Whether nobody waits for this execution's answer any more: the task is done, or another execution's. */
    boolean isUnwanted() {
        return !task.isOwnedBy(this);
    }

    /**
     * Whether a call failed because the client has interrupted its own thread, which runs this. The platform interrupts only
     * for a service that it withdraws.
     */
    boolean isClientInterrupted(Throwable failure) {
        if (onWorker || !withdrawals.isEmpty()) {
            return false;
        }
        boolean interrupted = Thread.currentThread().isInterrupted();
        for (Throwable cause = failure; cause != null && !interrupted; cause = cause.getCause()) {
            interrupted = cause instanceof InterruptedException;
        }
        clientInterrupted |= interrupted;
        return interrupted;
    }

    /** Whether the client has interrupted its own thread, and the request ended because of it. */
    boolean wasInterrupted() {
        return clientInterrupted;
    }

    void inBackground(Runnable work) {
        scheduler.inBackground(work);
    }

    /** To be called before anything that reaches the client's memory. */
    void checkWanted() throws RequestCancelledException {
        if (isUnwanted()) {
            throw new RequestCancelledException("The request was cancelled.", "");
        }
    }

    private TminusException gaveUp(Route route, List<String> failures, BackendFailure last) {
        boolean gone = platform.board().current().backends().isEmpty();
        String message =
                "No backend could answer for model '" + route.model().service() + "': " + String.join(" ", failures);
        return gone
                ? new NoBackendException(message, "Install a backend.", last)
                : new BackendException(message, "See the log of the backend.", last);
    }

    /** Leases the next backend's session for the same model; opens it if it is not open. */
    private boolean leaseNext(Set<Leasable> tried) throws TminusException {
        for (; ; ) {
            // Under the pipeline of now: a backend that came meanwhile may help as well.
            Route route = currentRoute();
            if (route == null) {
                return false;
            }
            SessionSlot next = route.ready(tried, now());
            if (next == null) {
                next = route.opening(tried);
                if (next == null) {
                    if (platform.router().isHopeless(route, tried)) {
                        return false;
                    }
                    continue;
                }
                awaitOpen(next, route);
                if (next.state() != SessionSlot.State.READY) {
                    tried.add(next);
                    continue;
                }
            }
            if (next.tryAcquire(this)) {
                slot = next;
                return true;
            }
            tried.add(next);
        }
    }

    private @Nullable Route currentRoute() {
        AdaptiveModel model = task.batch().model();
        for (ServiceEntry<AdaptiveModel> entry :
                platform.board().current().models().getOrDefault(model.name(), List.of())) {
            if (entry.service() == model) {
                return platform.router().route(entry);
            }
        }
        return null;
    }

    private void awaitOpen(SessionSlot next, Route route) throws TminusException {
        CountDownLatch settled = new CountDownLatch(1);
        platform.sessions().open(next, route.pipeline().repository(), settled::countDown);
        long bound =
                Math.min(task.deadline().nanosLeft(), route.settings().global().pluginTimeoutNanos());
        try {
            if (!settled.await(bound, TimeUnit.NANOSECONDS)) {
                task.deadline().check();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RequestCancelledException("The thread was interrupted while it waited for a backend.", "", e);
        }
    }

    private boolean isAllCertified(Plan plan, Terms terms, BackendWork work) {
        for (int row = 0; row < task.batch().rows(); row++) {
            if (certificate(plan, terms, work, row).state() == CertificateState.UNCERTIFIED) {
                return false;
            }
        }
        return true;
    }

    /** How it stands with the answer to one row, now that it is known how it came about. */
    private Standing certificate(Plan plan, Terms terms, BackendWork work, int row) {
        Standing standing = terms.standing();
        Path path = work.outcome(row).path();
        if (standing.isWithdrawn()) {
            return standing;
        }
        if (work.view().isFullDepth(path)) {
            return FULL_DEPTH;
        }
        if (!notes.isEmpty()
                || !task.notes().isEmpty()
                || !work.outcome(row).notes().isEmpty()) {
            return Standing.uncertified("A fall-back was needed.");
        }
        if (path.equals(terms.staticPath())) {
            return CERTIFIED_PATH;
        }
        if (standing.isCertified() && plan.policy().equals(Plan.STATIC)) {
            return Standing.uncertified("No policy decided.");
        }
        return standing;
    }

    /** @param deciding FLOPs per row that the policy spent */
    private Answer result(
            Plan plan,
            long deciding,
            Terms terms,
            Prediction prediction,
            BackendWork work,
            Map<String, Tensor> outputs) {
        Batch batch = task.batch();
        ModelView view = work.view();
        String backend = leased().backend().name();
        long fullDepth = view.flops(view.fullDepth(), batch.length());
        long extra = deciding + prediction.flopsPerRow();
        OperatingPoint point = terms.point();
        Optional<String> pointName =
                point != null && point.policy().equals(plan.policy()) ? Optional.of(point.name()) : Optional.empty();
        times.add(Step.TOTAL, now() - task.submittedNanos());
        List<String> shared = notes(terms.remark());
        List<Trace> traces = new ArrayList<>(batch.rows());
        boolean[] atFullDepth = new boolean[batch.rows()];
        boolean certified = !task.isShadow() && terms.standing().isCertified();
        long flops = 0;
        Ticket ticket = task.ticket();
        Optional<String> rollout = ticket == null ? Optional.empty() : ticket.name();
        Optional<String> arm = ticket == null ? Optional.empty() : ticket.arm();
        for (int row = 0; row < batch.rows(); row++) {
            RowOutcome outcome = work.outcome(row);
            Path path = outcome.path();
            flops += outcome.flops() + extra;
            Standing standing = certificate(plan, terms, work, row);
            atFullDepth[row] = view.isFullDepth(path);
            certified &= atFullDepth[row] || standing.isCertified();
            traces.add(new RowTrace(
                    task.id(),
                    batch.model().name(),
                    batch.model().version(),
                    backend,
                    plan.policy(),
                    pointName,
                    prediction.of(row),
                    path,
                    path.depth(),
                    outcome.compiled(),
                    outcome.flops() + extra,
                    fullDepth,
                    times,
                    standing.state(),
                    standing.reason().isEmpty() ? Optional.empty() : Optional.of(standing.reason()),
                    terms.allowed().budgetMissed(),
                    outcome.notes().isEmpty() ? shared : joined(shared, outcome.notes()),
                    rollout,
                    arm));
        }
        platform.counters().add(Counter.FLOPS, flops);
        if (!task.isShadow()) {
            platform.counters().add(Counter.ROWS, batch.rows());
            platform.counters().add(Counter.FULL_DEPTH_FLOPS, fullDepth * batch.rows());
            if (terms.allowed().budgetMissed()) {
                platform.counters().add(Counter.BUDGET_MISSED);
            }
        }
        boolean comparable = certified && notes.isEmpty() && task.notes().isEmpty();
        try {
            drawComparisons(view, comparable ? terms.standing() : null, atFullDepth, outputs);
        } catch (RuntimeException | Error e) {
            // A good answer does not fail because it cannot be compared, for example because the inputs are closed.
            LOG.debug("The answer to request {} is not compared", task.id(), e);
        }
        return new Answer(outputs, traces);
    }

    /** @param certified what the answer keeps to; null if it is not to be compared with full depth */
    private void drawComparisons(
            ModelView view, @Nullable Standing certified, boolean[] atFullDepth, Map<String, Tensor> outputs) {
        GlobalSettings settings = platform.board().current().configuration().global();
        Ticket ticket = task.ticket();
        if (ticket != null && !task.isShadow()) {
            repeat = RolloutRuns.draw(task, ticket, view, outputs, settings);
        }
        if (certified != null) {
            shadow = platform.shadows().draw(task, view, certified, atFullDepth, outputs, settings);
        }
    }

    private List<String> notes(String remark) {
        List<String> all = notes.isEmpty() && task.notes().isEmpty() ? List.of() : joined(task.notes(), notes);
        return remark.isEmpty() ? all : joined(all, List.of(remark));
    }

    private static List<String> joined(List<String> first, List<String> second) {
        List<String> all = new ArrayList<>(first);
        all.addAll(second);
        return List.copyOf(all);
    }

    private void deliver(Answer result, Route route) {
        // That no policy is there is a state, and no sign of one that cannot be trusted.
        int expected = route.policy().entry() == null && policy == null ? 1 : 0;
        if (!task.isShadow()) {
            route.answered(task.notes().isEmpty() && notes.size() <= expected);
        }
        boolean passed = task.deadline().hasPassed();
        if (!task.finish(this)) {
            result.close();
            count(Counter.LATE_RESULTS);
        } else if (passed) {
            count(Counter.LATE_RESULTS);
            count(Counter.DEADLINES_EXCEEDED);
            count(Counter.FAILED);
            result.close();
            failure = Deadline.exceeded();
        } else {
            hand(result);
        }
    }

    private void hand(Answer result) {
        try {
            answer = result.into(task.request().destinations());
        } catch (TminusException e) {
            count(Counter.FAILED);
            failure = e;
        }
    }

    private void fail(TminusException why) {
        if (task.finish(this)) {
            if (!task.isShadow()) {
                count(clientInterrupted ? Counter.CANCELLED : Counter.FAILED);
            }
            if (why instanceof DeadlineExceededException) {
                count(Counter.DEADLINES_EXCEEDED);
            }
            failure = why;
        }
    }

    /** Tells the rollout that the task takes part in how it went. */
    private void report() {
        Ticket ticket = task.ticket();
        if (ticket == null || !begun) {
            return;
        }
        RolloutSettings settings = ticket.rollout().settings();
        if (answer != null) {
            ticket.report(isFaulty(settings), times.of(Step.TOTAL) - times.of(Step.QUEUE));
        } else if (failure != null && isPlatformsFault(failure) && !isExcused()) {
            ticket.report(true, -1);
        }
    }

    /** Whether the answer needed a fall-back because of what is tried, or of what it is tried against. */
    private boolean isFaulty(RolloutSettings settings) {
        if (isExcused()) {
            return false;
        }
        boolean here =
                switch (settings.kind()) {
                    case RolloutSettings.POLICY -> fallbacks.contains(Counter.FALLBACKS_POLICY);
                    case RolloutSettings.PREDICTOR -> fallbacks.contains(Counter.FALLBACKS_PREDICTOR);
                    case RolloutSettings.BACKEND -> fallbacks.contains(Counter.FALLBACKS_BACKEND);
                    default -> fallbacks.contains(Counter.FALLBACKS_BACKEND) || fallbacks.contains(Counter.RETRIES);
                };
        return here || !task.notes().isEmpty();
    }

    /** Whether a service was taken away meanwhile, for which nobody is to blame. */
    private boolean isExcused() {
        return withdrawals.values().stream().anyMatch(Withdrawal::excused);
    }

    /** What the client did itself, or configuration demands, says nothing about a candidate. */
    private static boolean isPlatformsFault(TminusException why) {
        return !(why instanceof InvalidRequestException
                || why instanceof RequestCancelledException
                || why instanceof ModelNotFoundException
                || why instanceof CapacityException
                || why instanceof BudgetException
                || why instanceof UncertifiedException);
    }

    private void complete() {
        ShadowJob comparison = shadow;
        ShadowJob second = repeat;
        shadow = null;
        repeat = null;
        if (failure != null) {
            task.future().completeExceptionally(failure);
        } else if (answer != null && !task.future().complete(answer)) {
            answer.close();
        }
        follow(comparison, platform.comparisons());
        follow(second, platform.repeats());
    }

    private void follow(@Nullable ShadowJob job, ShadowQueue queue) {
        if (job == null) {
            return;
        }
        if (abandoned || (company != null && company.isAbandoned())) {
            // Another attempt has the same request, and draws the same from it.
            job.drop();
            return;
        }
        // Also of an answer that came too late: what is compared must not depend on how long it took.
        int capacity = platform.board().current().configuration().global().shadowQueueCapacity();
        queue.offer(job, capacity, platform.clock(), scheduler::shadow);
    }

    // ---- bookkeeping

    long now() {
        return platform.clock().getAsLong();
    }

    CallGuard guard() {
        return guard;
    }

    Task task() {
        return task;
    }

    void spent(Step step, long time) {
        times.add(step, time);
    }

    /** What was spent so far in calls that can lie within a call to the policy. */
    long nested() {
        return times.of(Step.PREDICT) + times.of(Step.RUN);
    }

    void count(Counter counter) {
        platform.counters().add(counter);
    }

    /**
     * A plugin is done without. A request tells and counts each once, over all its attempts.
     *
     * @param plugin null if there was no policy to do without
     */
    void fallback(@Nullable ServiceEntry<?> plugin, String note) {
        if (plugin != null && task.excluded().contains(plugin.lease())) {
            // Told and counted when the attempt that hung in it was given up.
            return;
        }
        mark(fallbackKind(plugin));
        notes.add(note);
        if (!isUnwanted()) {
            countFallback(plugin, note);
        }
    }

    private void countFallback(@Nullable ServiceEntry<?> plugin, String note) {
        if (task.isShadow()) {
            return;
        }
        Counter kind = fallbackKind(plugin);
        // A policy that hung and went is not missed once more.
        boolean unmissed = kind == Counter.FALLBACKS_POLICY && task.doesWithout(POLICY);
        if (!(plugin == null ? unmissed : task.doesWithout(plugin.lease()))) {
            return;
        }
        count(Counter.FALLBACKS);
        count(kind);
        // That nothing is there is a state, and no event with each request.
        if (plugin != null) {
            platform.journal().fellBack(plugin.kind(), plugin.name(), note);
        }
    }

    private static Counter fallbackKind(@Nullable ServiceEntry<?> plugin) {
        return switch (plugin == null ? "policy" : plugin.kind()) {
            case "policy" -> Counter.FALLBACKS_POLICY;
            case "predictor" -> Counter.FALLBACKS_PREDICTOR;
            default -> Counter.FALLBACKS_BACKEND;
        };
    }

    private void mark(Counter kind) {
        if (fallbacks.isEmpty()) {
            fallbacks = EnumSet.noneOf(Counter.class);
        }
        fallbacks.add(kind);
    }

    /** Rows run again because they came out as no numbers. */
    void retried() {
        mark(Counter.RETRIES);
        count(Counter.RETRIES);
    }

    /** The policy that the request is for; null if it is not there. */
    @Nullable
    ServiceEntry<Policy> policy() {
        return policy;
    }

    void note(String sentence) {
        notes.add(sentence);
    }

    /** A plugin did not do as it should. */
    void blame(ServiceEntry<?> entry, String why) {
        LOG.debug("Request {}: {}", task.id(), why);
        if (entry.health().failed(why, now())) {
            count(Counter.QUARANTINES);
            LOG.warn("The {} is in quarantine: {}", entry, why);
        }
    }

    /** A plugin did as it should, unless it came back only after it was told to stop: that lifts no quarantine. */
    void praise(ServiceEntry<?> entry) {
        if (!isWithdrawn(entry.lease())) {
            entry.health().succeeded();
        }
    }

    /** Whether no further calls may be made. */
    boolean isWithdrawn(Leasable leased) {
        return !withdrawals.isEmpty() && withdrawals.containsKey(leased);
    }

    /** Whether the platform itself took the plugin away, which is not the plugin's fault. */
    boolean isExcused(Leasable leased) {
        Withdrawal withdrawal = withdrawals.get(leased);
        return withdrawal != null && withdrawal.excused();
    }

    /** Why a plugin was taken away, or else this reason. */
    String withdrawal(Leasable leased, String otherwise) {
        Withdrawal withdrawal = withdrawals.get(leased);
        return withdrawal == null ? otherwise : withdrawal.reason();
    }

    // ---- from other threads

    /** The client no longer wants the answer. */
    void stop() {
        stopOwn();
        if (company != null) {
            company.stopped();
        }
    }

    private void stopOwn() {
        CallControl present = control;
        if (present != null) {
            present.cancel();
        }
    }

    @Override
    public boolean runsOn(Thread thread) {
        return guard.runsOn(thread);
    }

    @Override
    public void withdraw(Leasable leased, String reason) {
        withdraw(leased, new Withdrawal(reason, true));
    }

    /** A call takes too long. */
    void expire(Leasable leased, String reason) {
        withdraw(leased, new Withdrawal(reason, false));
    }

    private void withdraw(Leasable leased, Withdrawal withdrawal) {
        synchronized (this) {
            Map<Leasable, Withdrawal> more = new HashMap<>(withdrawals);
            more.putIfAbsent(leased, withdrawal);
            withdrawals = more;
        }
        CallControl present = control;
        if (present != null && leased instanceof SessionSlot) {
            present.cancel();
        }
        if (company != null && leased instanceof SessionSlot) {
            company.cancel();
        }
        guard.interrupt(leased);
    }

    @Override
    public boolean abandon(Leasable leased, String reason) {
        return abandonIfCalling(leased, reason, false);
    }

    /** Gives up a call that took too long, now that it is known not to end. @return whether it was not given up before */
    boolean abandonOverdue(Leasable leased, String reason) {
        return abandonIfCalling(leased, reason, true);
    }

    /** @param told whether the journal is told here, not by whoever drains */
    private boolean abandonIfCalling(Leasable leased, String reason, boolean told) {
        if (!guard.isCalling(leased) || !holdsPermit.compareAndSet(true, false)) {
            return false;
        }
        // Before the client has an answer, so that whoever looks then sees it counted.
        count(Counter.ABANDONED);
        // Whether it hung in a call for several requests, of which nobody knows whose fault it is.
        boolean shared = company != null && leased instanceof SessionSlot && company.isCallingForSeveral();
        if (shared && leased instanceof SessionSlot session) {
            session.sharedCalls().hung();
        }
        if (onWorker) {
            abandoned = true;
            if (company != null) {
                company.abandoned();
            }
            scheduler.replaceWorker();
        }
        scheduler.leave();
        quarantine(leased, reason, told);
        // A client's own thread hangs itself; nobody can answer it before the call returns.
        if (onWorker && task.takeFrom(this)) {
            // Should the call return after all, what would come next must not touch what another attempt answers with.
            stop();
            if (shared) {
                partAndGoAgain();
            } else {
                giveUp(leased, reason);
            }
        }
        if (company != null) {
            company.partFrom(this);
        }
        return true;
    }

    /** Another of those that it is worked on with hangs. */
    void partWithOthers() {
        if (task.takeFrom(this)) {
            stopOwn();
            partAndGoAgain();
        }
    }

    private void partAndGoAgain() {
        task.part();
        scheduler.again(task);
    }

    /** One hanging call costs a thread, so it is not tried five times. */
    private void quarantine(Leasable leased, String reason, boolean told) {
        ServiceEntry<?> plugin = plugin(leased);
        Health health = plugin == null ? null : plugin.health();
        String name = plugin == null ? leased.toString() : plugin.name();
        if (health != null && health.hung(reason, now())) {
            count(Counter.QUARANTINES);
        }
        if (told) {
            platform.journal()
                    .note(
                            JournalEntry.CALL_ABANDONED,
                            name,
                            "A call of request " + task.id() + " was given up: " + reason + ".",
                            Map.of("requestId", Long.toString(task.id())));
        }
        if (lostCall.lost(leased, name, health)) {
            tellReturn();
        }
    }

    /** The plugin that is called when this is; also one that went meanwhile. */
    private @Nullable ServiceEntry<?> plugin(Leasable called) {
        if (called instanceof SessionSlot session) {
            return session.backend();
        }
        Pipeline leasedFrom = pipeline;
        return leasedFrom == null
                ? null
                : Stream.<ServiceEntry<?>>concat(leasedFrom.policies().stream(), leasedFrom.predictors().stream())
                        .filter(entry -> entry.lease() == called)
                        .findFirst()
                        .orElse(null);
    }

    private void tellReturn() {
        platform.journal()
                .note(
                        JournalEntry.CALL_RETURNED_LATE,
                        lostCall.name(),
                        "The abandoned call of request " + task.id() + " to the " + lostCall.target() + " came back.",
                        Map.of("requestId", Long.toString(task.id())));
        // Its plugin may answer again what waits for another one.
        scheduler.lookAgain();
    }

    private void giveUp(Leasable leased, String reason) {
        if (task.isShadow()) {
            // Its inputs may still be read by the call that hangs, but they are copies that nobody else has.
            Ticket side = task.ticket();
            if (side != null) {
                side.report(true, -1);
            }
            task.stop();
            task.future().completeExceptionally(new BackendException("The call was given up: " + reason + ".", ""));
            return;
        }
        Ticket ticket = task.ticket();
        if (ticket != null && ticket.isCandidate()) {
            ticket.report(true, -1);
            task.leaveRollout();
        }
        String note = "An attempt was given up: " + reason + ".";
        task.exclude(leased, note);
        countFallback(plugin(leased), note);
        scheduler.again(task);
    }
}
