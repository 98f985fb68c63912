/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tminus.backend.Run;
import org.tminus.coordinator.internal.session.ModelView;
import org.tminus.failure.TminusException;
import org.tminus.model.Exit;
import org.tminus.model.ExitId;
import org.tminus.model.LayerId;
import org.tminus.model.Path;
import org.tminus.policy.Decision;
import org.tminus.tensor.Tensor;

/**
 * One group on its way from checkpoint to checkpoint. Rows that stop are answered by the exit they chose and leave the
 * run. The running rows share one hidden state, so where they want to skip differently, the fewest layers are skipped.
 */
final class StepwiseRun {
    private final BackendWork work;
    private final Group group;
    private final PolicyConversation conversation;
    private final Set<String> outputs;
    private final long flopsBefore;
    private final List<LayerId> layersRun = new ArrayList<>();
    private final List<Answered> answered = new ArrayList<>();
    /** Rows of the batch that are still running. */
    private int[] running;

    /** How many of the path's layers are behind it. */
    private int position;

    private long flops;
    private @Nullable Run run;

    StepwiseRun(BackendWork work, Group group, PolicyConversation conversation, long flopsBefore) {
        this.work = work;
        this.group = group;
        this.conversation = conversation;
        this.flopsBefore = flopsBefore;
        this.running = group.batchRows(work.batch());
        this.outputs = work.outputsWith(work.view().scoreOutput());
    }

    void run() throws TminusException, BackendFailure {
        boolean done = false;
        try {
            work.control().expect(outputs);
            Map<String, Tensor> inputs = work.inputs(group.rows());
            begin(work.call(() -> work.session().start(inputs, work.control())));
            while (proceed()) {
                // Each turn ends at a checkpoint.
            }
            done = true;
        } finally {
            close();
            if (!done) {
                discard();
            }
        }
        handOn();
    }

    /** The names of what exits have to give. */
    Set<String> outputs() {
        return outputs;
    }

    /** Gives up what has been answered. */
    void discard() {
        answered.forEach(one -> one.outputs().values().forEach(OutputCheck::close));
        answered.clear();
    }

    /** Hands on what has been answered; after {@link #close}, because a retry at full depth needs the backend for itself. */
    void handOn() throws TminusException, BackendFailure {
        for (int index = 0; index < answered.size(); index++) {
            Answered one = answered.get(index);
            try {
                work.add(one.path(), new Piece(one.rows(), work.wanted(one.outputs())));
            } catch (TminusException | BackendFailure e) {
                answered.subList(index + 1, answered.size())
                        .forEach(left -> left.outputs().values().forEach(OutputCheck::close));
                throw e;
            }
        }
    }

    /** Rows that an exit has answered; see {@link Piece} for the rows. */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    private record Answered(Path path, int[] rows, Map<String, Tensor> outputs) {}

    /** @param started a run that has done the stem; closed with this */
    void begin(Run started) {
        run = started;
        flops = work.batch().model().stem().cost().flops(work.batch().length());
    }

    /** Runs to the next checkpoint and asks there, or to the path's exit. @return whether there is more to run */
    boolean proceed() throws TminusException, BackendFailure {
        List<LayerId> path = group.path().layers();
        if (position < path.size()) {
            int end = position;
            while (end < path.size() - 1 && !group.checkpoints().contains(path.get(end))) {
                end++;
            }
            advance(path.subList(position, end + 1));
            position = end + 1;
            if (group.checkpoints().contains(path.get(end))) {
                int skipped = ask(path.get(end), path.subList(position, path.size()));
                if (running.length == 0) {
                    return false;
                }
                position += skipped;
                if (position < path.size()) {
                    return true;
                }
            }
        }
        ExitId exit = group.path().exit();
        Map<String, Tensor> outputsNow = read(exit);
        answered.add(answer(exit, running, outputsNow));
        return false;
    }

    private void advance(List<LayerId> layers) throws TminusException, BackendFailure {
        work.call(() -> {
            openRun().advance(layers);
            return layers;
        });
        layersRun.addAll(layers);
        for (LayerId layer : layers) {
            flops += work.batch()
                    .model()
                    .layer(layer)
                    .orElseThrow()
                    .cost()
                    .flops(work.batch().length());
        }
    }

    private Run openRun() {
        Run open = run;
        if (open == null) {
            throw new IllegalStateException("The run has not started");
        }
        return open;
    }

    /** @return how many of the next layers are skipped */
    private int ask(LayerId layer, List<LayerId> ahead) throws TminusException, BackendFailure {
        CheckpointView checkpoint =
                new CheckpointView(this, layer, work.view().exitAfter(layer), running, layersRun, ahead);
        try {
            List<Decision> decisions = conversation.next(checkpoint);
            if (decisions == null) {
                return 0;
            }
            stop(decisions, checkpoint);
            int skipped = Integer.MAX_VALUE;
            for (Decision decision : decisions) {
                if (decision.exit().isEmpty()) {
                    skipped = Math.min(skipped, decision.skippedLayers());
                }
            }
            return skipped;
        } finally {
            checkpoint.end();
        }
    }

    private void stop(List<Decision> decisions, CheckpointView checkpoint) throws TminusException, BackendFailure {
        Set<ExitId> exits = new LinkedHashSet<>();
        decisions.forEach(decision -> decision.exit().ifPresent(exits::add));
        if (exits.isEmpty()) {
            return;
        }
        for (ExitId exit : exits) {
            int[] rows = running.clone();
            for (int row = 0; row < rows.length; row++) {
                if (!exit.equals(decisions.get(row).exit().orElse(null))) {
                    rows[row] = -1;
                }
            }
            Map<String, Tensor> head = checkpoint.takeHead(exit);
            answered.add(answer(exit, rows, head == null ? read(exit) : head));
        }
        int[] kept = new int[running.length];
        int[] batchRows = new int[running.length];
        int count = 0;
        for (int row = 0; row < running.length; row++) {
            if (decisions.get(row).exit().isEmpty()) {
                batchRows[count] = running[row];
                kept[count++] = row;
            }
        }
        running = Arrays.copyOf(batchRows, count);
        if (count > 0) {
            int[] rows = Arrays.copyOf(kept, count);
            work.call(() -> {
                openRun().retain(rows);
                return rows;
            });
        }
    }

    private Answered answer(ExitId exit, int[] rows, Map<String, Tensor> head) {
        Path taken = layersRun.equals(group.path().layers())
                        && exit.equals(group.path().exit())
                ? group.path()
                : new Path(layersRun, exit);
        for (int batchRow : rows) {
            if (batchRow >= 0) {
                work.outcome(batchRow).answered(taken, false, flops);
            }
        }
        return new Answered(taken, rows, head);
    }

    private Map<String, Tensor> read(ExitId exit) throws TminusException, BackendFailure {
        Map<String, Tensor> given = work.call(() -> openRun().read(exit));
        Map<String, Tensor> head = work.checked(outputs, running.length, given);
        flops += work.batch()
                .model()
                .exit(exit)
                .orElseThrow()
                .cost()
                .flops(work.batch().length());
        return head;
    }

    /** @param score the output that a policy will see */
    Map<String, Tensor> readHead(Exit exit, String score) throws TminusException, BackendFailure {
        Map<String, Tensor> head = read(exit.id());
        OutputCheck.checkScores(head, score, running.length);
        return head;
    }

    Tensor readPooled() throws TminusException, BackendFailure {
        Tensor given = work.call(() -> openRun().pooled());
        OutputCheck.checkPooled(work.batch().model(), running.length, given);
        return given;
    }

    ModelView view() {
        return work.view();
    }

    ExitId pathExit() {
        return group.path().exit();
    }

    long flopsPerRow() {
        return flopsBefore + flops;
    }

    Optional<Duration> timeLeft() {
        return work.task().deadline().timeLeft();
    }

    void close() {
        Run open = run;
        if (open != null) {
            work.close(open);
        }
    }
}
