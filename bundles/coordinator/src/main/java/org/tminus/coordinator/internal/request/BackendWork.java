/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.backend.BackendSession;
import org.tminus.backend.Run;
import org.tminus.coordinator.internal.pipeline.Leasable;
import org.tminus.coordinator.internal.session.ModelView;
import org.tminus.coordinator.internal.session.SessionSlot;
import org.tminus.coordinator.internal.status.Counter;
import org.tminus.failure.BackendException;
import org.tminus.failure.DeadlineExceededException;
import org.tminus.failure.InvalidRequestException;
import org.tminus.failure.RequestCancelledException;
import org.tminus.failure.TminusException;
import org.tminus.inference.Step;
import org.tminus.model.Path;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;
import org.tminus.tensor.Tensor;

/** The work on one request with one backend. One thread at a time. */
final class BackendWork {
    private static final Logger LOG = LoggerFactory.getLogger(BackendWork.class);

    /** A call to the backend. */
    interface Call<T> {
        T now() throws TminusException, BackendFailure;
    }

    private final Execution execution;
    private final SessionSlot slot;
    private final Task task;
    private final Batch batch;
    private final BackendSession session;
    private final CallControl control;
    private final Assembly assembly;
    private final RowOutcome[] outcomes;

    /** The execution holds a lease of the slot until the work is over. */
    BackendWork(Execution execution, SessionSlot slot, Task task) {
        this.execution = execution;
        this.slot = slot;
        this.task = task;
        this.batch = task.batch();
        this.session = slot.session();
        this.control = new CallControl(batch.outputs(), task.deadline(), execution::inBackground);
        this.assembly = new Assembly(batch.rows(), batch.outputs());
        this.outcomes = new RowOutcome[batch.rows()];
        for (int row = 0; row < outcomes.length; row++) {
            outcomes[row] = new RowOutcome();
        }
    }

    CallControl control() {
        return control;
    }

    BackendSession session() {
        return session;
    }

    ModelView view() {
        return slot.view();
    }

    Batch batch() {
        return batch;
    }

    Task task() {
        return task;
    }

    RowOutcome outcome(int row) {
        return outcomes[row];
    }

    /**
     * Runs all groups.
     *
     * @return the outputs for the whole batch
     * @throws BackendFailure if another backend should be tried
     * @throws TminusException if no other backend would help
     */
    Map<String, Tensor> run(Plan plan) throws TminusException, BackendFailure {
        boolean done = false;
        try {
            for (Group group : plan.groups()) {
                run(group, plan);
            }
            Map<String, Tensor> outputs = finish();
            done = true;
            return outputs;
        } finally {
            if (!done) {
                discard();
            }
        }
    }

    /** Runs one group; see {@link #run(Plan)}. */
    void run(Group group, Plan plan) throws TminusException, BackendFailure {
        PolicyConversation conversation = plan.conversation();
        // A policy that has seen a part of a run on a backend that failed cannot be asked about it again.
        if (group.checkpoints().isEmpty() || conversation == null || conversation.isUnderWay()) {
            runWhole(group);
        } else {
            new StepwiseRun(this, group, conversation, plan.flopsPerRow()).run();
        }
    }

    /** The outputs for the whole batch, when all groups have run. */
    Map<String, Tensor> finish() throws TminusException, BackendFailure {
        if (execution.isUnwanted()) {
            execution.count(Counter.LATE_RESULTS);
        }
        execution.checkWanted();
        return assembled();
    }

    /** Gives up what has run so far. */
    void discard() {
        assembly.discard();
    }

    private Map<String, Tensor> assembled() throws TminusException, BackendFailure {
        Map<String, Tensor> outputs = guarded(() -> {
            try {
                return assembly.assemble();
            } catch (RuntimeException | Error e) {
                throw OutputCheck.unreadable(e);
            }
        });
        try {
            checkDestinations(outputs);
        } catch (InvalidRequestException e) {
            discard(outputs);
            throw e;
        }
        return outputs;
    }

    /** Dimensions that the model leaves open are known only now. */
    private void checkDestinations(Map<String, Tensor> outputs) throws InvalidRequestException {
        for (Map.Entry<String, HostTensor> entry : task.request().destinations().entrySet()) {
            Tensor output = outputs.get(entry.getKey());
            Shape given = entry.getValue().shape();
            if (output != null && !output.shape().equals(given)) {
                throw new InvalidRequestException(
                        "Output '" + entry.getKey() + "' has the shape " + output.shape() + ", but its destination has "
                                + given + ".",
                        "Give a destination of the output's shape, or none.");
            }
        }
    }

    /** Gives up an answer. */
    void discard(Map<String, Tensor> outputs) {
        outputs.values().forEach(OutputCheck::close);
    }

    private void runWhole(Group group) throws TminusException, BackendFailure {
        Path path = group.path();
        int rows = group.size(batch);
        boolean compiled = call(() -> session.isPrepared(path));
        control.expect(batch.outputs());
        Map<String, Tensor> inputs = inputs(group.rows());
        long start = execution.now();
        Map<String, Tensor> given = call(() -> session.run(path, inputs, control));
        slot.times().record(path, execution.now() - start, rows);
        Map<String, Tensor> outputs = checked(batch.outputs(), rows, given);
        take(group, compiled, outputs);
    }

    /** Keeps what the path of a group gave for its rows. */
    void take(Group group, boolean compiled, Map<String, Tensor> outputs) throws TminusException, BackendFailure {
        Path path = group.path();
        int rows = group.size(batch);
        long flops = view().flops(path, batch.length());
        for (int row = 0; row < rows; row++) {
            outcomes[group.rows() == null ? row : group.rows()[row]].answered(path, compiled, flops);
        }
        add(path, new Piece(group.rows(), outputs));
    }

    /** What a backend gave. Tensors may be its own, so reading them is a call as well. */
    Map<String, Tensor> checked(Set<String> outputs, int rows, @Nullable Map<String, Tensor> given)
            throws TminusException, BackendFailure {
        return guarded(() -> OutputCheck.check(
                batch.model(), outputs, rows, task.request().inputs().values(), given));
    }

    private boolean isBad(Map<String, Tensor> outputs, int firstRow, int rows) throws TminusException, BackendFailure {
        return guarded(() -> OutputCheck.isBad(outputs, firstRow, rows));
    }

    /** Keeps a piece, and runs those of its rows at full depth that came out as NaN or infinity. */
    void add(Path path, Piece piece) throws TminusException, BackendFailure {
        assembly.add(piece);
        int rows = pieceRows(piece);
        if (!isBad(piece.outputs(), 0, rows)) {
            return;
        }
        List<Integer> bad = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            int batchRow = piece.rows() == null ? row : piece.rows()[row];
            if (batchRow >= 0 && isBad(piece.outputs(), row, 1)) {
                bad.add(batchRow);
            }
        }
        if (bad.isEmpty()) {
            return;
        }
        if (view().isFullDepth(path)) {
            throw new BackendException(
                    "Model " + batch.model() + " gave NaN or infinity at full depth on backend '"
                            + slot.backend().name() + "'.",
                    "The model or this input is at fault; check both with a reference runtime.");
        }
        String note = "Path " + path + " gave NaN or infinity; the row ran again at full depth.";
        for (int row : bad) {
            execution.retried();
            outcomes[row].note(note);
        }
        runWhole(new Group(
                view().fullDepth(),
                List.of(),
                bad.stream().mapToInt(Integer::intValue).toArray()));
    }

    private static int pieceRows(Piece piece) {
        return (int) piece.outputs().values().iterator().next().shape().dimension(0);
    }

    Map<String, Tensor> inputs(int @Nullable [] rows) {
        Map<String, Tensor> all = task.request().inputs();
        if (rows == null) {
            return all;
        }
        Map<String, Tensor> some = new HashMap<>();
        all.forEach((name, tensor) -> some.put(name, Tensors.gather(tensor, rows)));
        return some;
    }

    /** Drops what nobody asked for. */
    Map<String, Tensor> wanted(Map<String, Tensor> outputs) {
        if (outputs.size() == batch.outputs().size()) {
            return outputs;
        }
        Map<String, Tensor> kept = new HashMap<>();
        outputs.forEach((name, tensor) -> {
            if (batch.outputs().contains(name)) {
                kept.put(name, tensor);
            } else {
                OutputCheck.close(tensor);
            }
        });
        return kept;
    }

    /** One guarded, timed call; whatever the backend throws becomes one of three kinds. */
    <T> T call(Call<T> call) throws TminusException, BackendFailure {
        if (execution.isWithdrawn(slot)) {
            throw new BackendFailure(execution.withdrawal(slot, "it is going away"), false, null);
        }
        return guarded(call);
    }

    /** Ends a run, also on a backend that is going away: what the run holds must be freed. */
    void close(Run run) {
        try {
            guarded(() -> {
                run.close();
                return run;
            });
        } catch (TminusException | BackendFailure e) {
            LOG.warn("A run of the {} could not be closed", slot, e);
        }
    }

    private <T> T guarded(Call<T> call) throws TminusException, BackendFailure {
        CallGuard guard = execution.guard();
        Leasable outer = guard.target();
        long outerSince = guard.since();
        long start = execution.now();
        if (outer == null) {
            guard.enter(slot, start);
        } else {
            guard.move(slot, start);
        }
        try {
            return call.now();
        } catch (Throwable e) {
            throw classified(e);
        } finally {
            execution.spent(Step.RUN, execution.now() - start);
            if (outer == null) {
                guard.leave();
            } else {
                guard.move(outer, outerSince);
            }
        }
    }

    private TminusException classified(Throwable e) throws BackendFailure {
        if (e instanceof BackendFailure known) {
            throw known;
        }
        if (execution.isClientInterrupted(e)) {
            return new RequestCancelledException("The thread that asked was interrupted.", "", e);
        }
        if (e instanceof RequestCancelledException cancelled && execution.isUnwanted()) {
            return cancelled;
        }
        if (e instanceof DeadlineExceededException exceeded && task.deadline().hasPassed()) {
            return exceeded;
        }
        if (e instanceof InvalidRequestException invalid) {
            return invalid;
        }
        String reason = execution.withdrawal(slot, Failures.describe(e));
        throw new BackendFailure(reason, !execution.isExcused(slot), e);
    }

    Set<String> outputsWith(@Nullable String extra) {
        Set<String> outputs = batch.outputs();
        if (extra == null || outputs.contains(extra)) {
            return outputs;
        }
        Set<String> more = new HashSet<>(outputs);
        more.add(extra);
        return more;
    }
}
