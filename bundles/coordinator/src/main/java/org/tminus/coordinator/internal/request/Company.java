/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.backend.Run;
import org.tminus.coordinator.internal.session.SessionSlot;
import org.tminus.coordinator.internal.status.Counter;
import org.tminus.failure.TminusException;
import org.tminus.inference.Step;
import org.tminus.model.LayerId;
import org.tminus.model.Path;
import org.tminus.tensor.Tensor;

/**
 * Several requests on one worker, whose rows run together where they take the same path. Each has an {@link Execution} of
 * its own, leases and decides for itself, and is checked, answered and compared by itself: only calls to the backend are
 * made for several. If such a call fails, nobody knows whose fault it is: nobody is blamed, and each request whose rows were in
 * it goes back to the front of the queue, to run alone. One thread runs it; others tell it what happens meanwhile.
 */
final class Company {
    private static final Logger LOG = LoggerFactory.getLogger(Company.class);

    private record Way(Path path, List<LayerId> checkpoints) {}

    /** Rows of one request that go one way. */
    private record Part(Member member, Group group) {
        BackendWork work() {
            return member.work();
        }

        int rows() {
            return group.size(work().batch());
        }
    }

    private static final class Member {
        private final Execution execution;
        private Execution.@Nullable Decided decided;
        private @Nullable BackendWork work;
        /** It is to run again, alone. */
        private boolean parted;

        private boolean ended;

        Member(Execution execution) {
            this.execution = execution;
        }

        Execution.Decided decided() {
            return Objects.requireNonNull(decided);
        }

        BackendWork work() {
            return Objects.requireNonNull(work);
        }

        boolean isIn() {
            return !parted && !ended && !execution.isUnwanted();
        }
    }

    private final Platform platform;
    private final Scheduler scheduler;
    private final AtomicBoolean permit = new AtomicBoolean(true);
    /** Complete before the first of them begins. */
    private final List<Execution> executions = new ArrayList<>();

    private final List<Member> members = new ArrayList<>();
    /** Of the call that is made for several, while it is. */
    private volatile @Nullable CallControl control;

    /** Whom that call is for. */
    private volatile @Nullable List<Part> calling;

    private volatile boolean abandoned;
    private int open;

    /** Made by the worker that will run it, which holds a permit. */
    Company(Task first, List<Task> joined, Platform platform, Scheduler scheduler) {
        this.platform = platform;
        this.scheduler = scheduler;
        executions.add(new Execution(first, platform, scheduler, permit, this));
        for (Task task : joined) {
            executions.add(new Execution(task, platform, scheduler, permit, this));
        }
    }

    /** @return false if the thread was given up meanwhile and must end */
    boolean run() {
        for (Execution execution : executions) {
            if (execution.begin()) {
                members.add(new Member(execution));
            }
        }
        open = members.size();
        try {
            for (Member member : members) {
                if (abandoned) {
                    break;
                }
                member.decided = member.execution.decide();
            }
            runTogether();
            for (Member member : members) {
                if (member.decided != null && member.isIn() && !abandoned) {
                    Execution.Decided decided = member.decided;
                    member.decided = null;
                    member.execution.goOnAlone(decided);
                    end(List.of(member));
                }
            }
        } catch (RuntimeException | Error e) {
            LOG.error("Requests could not be worked on together; those that are left run alone", e);
        } finally {
            end(members);
            if (members.isEmpty() && permit.compareAndSet(true, false)) {
                scheduler.leave();
            }
        }
        return !abandoned;
    }

    /** Runs and answers the requests that have company on their way. */
    private void runTogether() {
        Map<Way, List<Part>> ways = ways();
        ways.values().removeIf(parts -> parts.size() < 2);
        if (ways.isEmpty() || abandoned) {
            return;
        }
        List<Member> together = new ArrayList<>();
        Map<Member, List<Group>> shared = new HashMap<>();
        ways.values()
                .forEach(parts -> parts.forEach(part -> {
                    if (shared.computeIfAbsent(part.member(), unseen -> new ArrayList<>())
                            .isEmpty()) {
                        together.add(part.member());
                        part.member().work =
                                part.member().execution.share(part.member().decided());
                    }
                    Objects.requireNonNull(shared.get(part.member())).add(part.group());
                }));
        try {
            for (Map.Entry<Way, List<Part>> way : ways.entrySet()) {
                List<Part> parts = way.getValue().stream()
                        .filter(part -> part.member().isIn())
                        .toList();
                if (!parts.isEmpty() && !abandoned) {
                    run(way.getKey(), parts);
                }
            }
            for (Member member : together) {
                if (member.isIn() && !abandoned) {
                    runTheRest(member, Objects.requireNonNull(shared.get(member)));
                }
                if (member.isIn() && !abandoned) {
                    member.parted = !member.execution.answerWith(member.work(), member.decided());
                }
            }
        } finally {
            together.forEach(member -> member.work().discard());
            end(together);
        }
    }

    /** Groups the rows of those that may share calls: the same session, on a backend that is not just being probed. */
    private Map<Way, List<Part>> ways() {
        Map<Way, List<Part>> ways = new LinkedHashMap<>();
        SessionSlot slot = null;
        for (Member member : members) {
            Execution.Decided decided = member.decided;
            if (decided == null || !member.isIn()) {
                continue;
            }
            slot = slot == null ? decided.slot() : slot;
            if (decided.slot() != slot
                    || slot.backend().health().isQuarantined()
                    || !slot.sharedCalls().areWorthwhile(now())) {
                continue;
            }
            boolean asks = decided.plan().conversation() != null;
            if (asks && decided.plan().groups().size() > 1) {
                // Once it has been asked about one of its groups, it is not asked about the others.
                continue;
            }
            for (Group group : decided.plan().groups()) {
                Way way = new Way(group.path(), asks ? group.checkpoints() : List.of());
                ways.computeIfAbsent(way, unseen -> new ArrayList<>()).add(new Part(member, group));
            }
        }
        return ways;
    }

    private void runTheRest(Member member, List<Group> shared) {
        try {
            for (Group group : member.decided().plan().groups()) {
                if (!shared.contains(group)) {
                    member.work().run(group, member.decided().plan());
                }
            }
        } catch (BackendFailure e) {
            part(member, e);
        } catch (TminusException e) {
            member.execution.failAlone(e);
        }
    }

    private void run(Way way, List<Part> parts) {
        Part host = parts.get(0);
        int rows = parts.stream().mapToInt(Part::rows).sum();
        CallControl shared = new CallControl(host.work().batch().outputs(), latest(parts), scheduler::inBackground);
        control = shared;
        calling = parts;
        boolean done = false;
        Throwable failure = null;
        try {
            // After control is set: whoever stops the last of them meanwhile finds it there.
            if (isUnwanted(parts)) {
                return;
            }
            Map<String, Tensor> inputs = inputs(parts, rows);
            done = way.checkpoints().isEmpty()
                    ? runWhole(way.path(), parts, rows, inputs, shared)
                    : runStepwise(parts, inputs, shared);
        } catch (TminusException | BackendFailure | RuntimeException | Error e) {
            // An error, too: memory for all of them may be more than there is.
            failure = e;
            parts.forEach(part -> part(part.member(), e));
        } finally {
            endCall();
        }
        SessionSlot slot = host.member().decided().slot();
        if (failure != null) {
            failed(slot, parts, failure);
        } else if (done) {
            slot.sharedCalls().succeeded();
        }
        if (done && parts.size() > 1) {
            platform.counters().add(Counter.JOINED_BATCHES);
            platform.counters().add(Counter.JOINED_REQUESTS, parts.size());
            platform.counters().add(Counter.JOINED_ROWS, rows);
        }
    }

    private void failed(SessionSlot slot, List<Part> parts, Throwable why) {
        if (abandoned || isUnwanted(parts) || parts.get(0).member().execution.isWithdrawn(slot)) {
            // It was told to stop, or is going.
            return;
        }
        platform.counters().add(Counter.JOINED_FAILURES);
        if (slot.sharedCalls().failed(now())) {
            LOG.warn("Requests for the {} run alone for a minute: they failed together, time and again", slot, why);
        }
    }

    /** A call is worth making as long as it is to any of them. */
    private static Deadline latest(List<Part> parts) {
        Deadline latest = parts.get(0).work().task().deadline();
        for (Part part : parts) {
            Deadline deadline = part.work().task().deadline();
            latest = deadline.nanosLeft() > latest.nanosLeft() ? deadline : latest;
        }
        return latest;
    }

    /** Copies: once they are made, no client's memory is read for the others. */
    private static Map<String, Tensor> inputs(List<Part> parts, int total) {
        Map<String, Tensor> inputs = new HashMap<>();
        List<int @Nullable []> rows = new ArrayList<>();
        parts.forEach(part -> rows.add(part.group().rows()));
        for (String name : parts.get(0).work().task().request().inputs().keySet()) {
            List<Tensor> tensors = new ArrayList<>();
            for (Part part : parts) {
                tensors.add(Objects.requireNonNull(
                        part.work().task().request().inputs().get(name)));
            }
            inputs.put(name, Tensors.concatenate(tensors, rows, total));
        }
        return inputs;
    }

    private boolean runWhole(Path path, List<Part> parts, int rows, Map<String, Tensor> inputs, CallControl shared)
            throws TminusException, BackendFailure {
        BackendWork host = parts.get(0).work();
        boolean compiled = host.call(() -> host.session().isPrepared(path));
        long start = now();
        // Not among the times of the path: they are of requests alone, by which others are told whether they can make
        // it.
        List<Map<String, Tensor>> outputs = host.call(() -> split(
                OutputCheck.check(
                        host.batch().model(),
                        host.batch().outputs(),
                        rows,
                        inputs.values(),
                        host.session().run(path, inputs, shared)),
                parts));
        long taken = now() - start;
        endCall();
        for (int index = 0; index < parts.size(); index++) {
            Part part = parts.get(index);
            Map<String, Tensor> own = outputs.get(index);
            if (index > 0) {
                part.member().execution.spent(Step.RUN, taken);
            }
            if (!part.member().isIn() || abandoned) {
                own.values().forEach(OutputCheck::close);
                continue;
            }
            byItself(part.member(), () -> part.work().take(part.group(), compiled, own));
        }
        return true;
    }

    /** What each request keeps is a copy of its rows. */
    private static List<Map<String, Tensor>> split(Map<String, Tensor> outputs, List<Part> parts) {
        try {
            List<Map<String, Tensor>> split = new ArrayList<>();
            int first = 0;
            for (Part part : parts) {
                int[] rows = new int[part.rows()];
                for (int index = 0; index < rows.length; index++) {
                    rows[index] = first++;
                }
                Map<String, Tensor> own = new HashMap<>();
                outputs.forEach((name, tensor) -> own.put(name, Tensors.gather(tensor, rows)));
                split.add(own);
            }
            return split;
        } finally {
            outputs.values().forEach(OutputCheck::close);
        }
    }

    private boolean runStepwise(List<Part> parts, Map<String, Tensor> inputs, CallControl shared)
            throws TminusException, BackendFailure {
        BackendWork host = parts.get(0).work();
        List<Walk> walks = new ArrayList<>();
        for (Part part : parts) {
            Plan plan = part.member().decided().plan();
            PolicyConversation conversation = Objects.requireNonNull(plan.conversation());
            walks.add(new Walk(
                    part.member(), new StepwiseRun(part.work(), part.group(), conversation, plan.flopsPerRow())));
        }
        shared.expect(walks.get(0).steps.outputs());
        long start = now();
        Run started = host.call(() -> host.session().start(inputs, shared));
        long taken = now() - start;
        SharedRun run =
                new SharedRun(started, host.batch().model(), walks.get(0).steps.outputs(), platform.clock());
        try {
            for (int index = 0; index < walks.size(); index++) {
                Walk walk = walks.get(index);
                walk.slice = run.slice(parts.get(index).rows());
                walk.steps.begin(walk.slice);
                if (index > 0) {
                    walk.member.execution.spent(Step.RUN, taken);
                }
            }
            List<Walk> under = new ArrayList<>(walks);
            while (!under.isEmpty() && !abandoned) {
                under.removeIf(walk -> !proceed(walk));
                run.nextTurn();
            }
        } finally {
            run.forget();
            host.close(started);
        }
        endCall();
        for (Walk walk : walks) {
            if (walk.arrived && walk.member.isIn() && !abandoned) {
                byItself(walk.member, walk.steps::handOn);
            } else {
                walk.steps.discard();
            }
        }
        return walks.stream().anyMatch(walk -> walk.arrived);
    }

    /** A request on its way from checkpoint to checkpoint, in a run with others. */
    private static final class Walk {
        private final Member member;
        private final StepwiseRun steps;
        private SharedRun.@Nullable Slice slice;
        private boolean arrived;

        Walk(Member member, StepwiseRun steps) {
            this.member = member;
            this.steps = steps;
        }
    }

    /** @return whether there is more to run */
    private boolean proceed(Walk walk) {
        boolean more = false;
        if (walk.member.isIn() && !abandoned) {
            try {
                more = walk.steps.proceed();
                walk.arrived = !more;
            } catch (TminusException | BackendFailure | RuntimeException e) {
                platform.counters().add(Counter.JOINED_FAILURES);
                part(walk.member, e);
            }
        }
        if (!more) {
            walk.member.execution.spent(
                    Step.RUN, Objects.requireNonNull(walk.slice).nanosOfOthers());
            walk.steps.close();
        }
        return more;
    }

    private interface OwnWork {
        void run() throws TminusException, BackendFailure;
    }

    /** What a request does for itself alone fails for it alone. */
    private static void byItself(Member member, OwnWork work) {
        try {
            work.run();
        } catch (TminusException e) {
            member.execution.failAlone(e);
        } catch (BackendFailure | RuntimeException e) {
            part(member, e);
        }
    }

    private static void part(Member member, Throwable why) {
        LOG.debug("Request {} runs again, alone", member.execution.task().id(), why);
        member.parted = true;
    }

    /** Ends requests that have not ended; those without answer or failure go on their way again. */
    private void end(Collection<Member> some) {
        List<Task> again = new ArrayList<>();
        for (Member member : some) {
            if (member.ended) {
                continue;
            }
            member.ended = true;
            Execution execution = member.execution;
            if (member.decided != null && member.decided.plan().conversation() != null) {
                member.decided.plan().conversation().end();
            }
            boolean goesOn = execution.takeBack();
            execution.end(--open == 0);
            if (goesOn) {
                if (!execution.isNotReady()) {
                    execution.task().part();
                }
                again.add(execution.task());
            }
        }
        // Each goes to the front: the oldest last.
        for (int index = again.size() - 1; index >= 0; index--) {
            scheduler.again(again.get(index));
        }
    }

    private void endCall() {
        calling = null;
        control = null;
    }

    private long now() {
        return platform.clock().getAsLong();
    }

    // ---- from other threads

    /** One of the requests is not wanted any more: a call goes on as long as one of those that it is for is. */
    void stopped() {
        List<Part> parts = calling;
        if (parts != null && isUnwanted(parts)) {
            cancel();
        }
    }

    private static boolean isUnwanted(List<Part> parts) {
        return parts.stream().allMatch(part -> part.member().execution.isUnwanted());
    }

    /** Ends the call that is made for several. */
    void cancel() {
        CallControl present = control;
        if (present != null) {
            present.cancel();
        }
    }

    boolean isCallingForSeveral() {
        return control != null;
    }

    boolean isAbandoned() {
        return abandoned;
    }

    /** The worker hangs. */
    void abandoned() {
        abandoned = true;
    }

    /** The worker hangs in what it does for one of them: the others run alone. */
    void partFrom(Execution hanging) {
        for (int index = executions.size() - 1; index >= 0; index--) {
            if (executions.get(index) != hanging) {
                executions.get(index).partWithOthers();
            }
        }
    }
}
