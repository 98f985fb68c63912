/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.coordinator.internal.pipeline.ServiceEntry;
import org.tminus.failure.InvalidRequestException;
import org.tminus.failure.TminusException;
import org.tminus.inference.Step;
import org.tminus.model.ExitId;
import org.tminus.model.LayerId;
import org.tminus.model.Path;
import org.tminus.policy.Decision;
import org.tminus.policy.Policy;
import org.tminus.policy.PolicyRun;

/** All calls to a policy about one batch, with what makes sure that a wrong one does no harm. One thread at a time. */
final class PolicyConversation {
    private static final Logger LOG = LoggerFactory.getLogger(PolicyConversation.class);

    private final Execution execution;
    /** More than any policy needs, and little enough for sums. */
    private static final long MOST_FLOPS = 1L << 50;

    private final ServiceEntry<Policy> entry;
    private final BatchContext context;
    private final Prediction prediction;
    private @Nullable PolicyRun run;
    private long flopsPerRow;
    private boolean askedAtCheckpoint;
    private boolean silenced;

    /** The execution holds a lease of the policy until it ends the conversation. */
    PolicyConversation(Execution execution, ServiceEntry<Policy> entry, BatchContext context, Prediction prediction) {
        this.execution = execution;
        this.entry = entry;
        this.context = context;
        this.prediction = prediction;
    }

    /** @throws PolicyFailure if the policy gives no valid decision for every row */
    List<Decision> first() throws PolicyFailure {
        long[] mark = enter();
        try {
            flopsPerRow = Math.min(MOST_FLOPS, Math.max(0, entry.service().flopsPerRow(context.model())));
            PolicyRun begun = entry.service().begin(context);
            run = begun;
            List<Decision> decisions = copy(begun.first(), context.rows());
            checkFirst(decisions);
            return decisions;
        } catch (Throwable e) {
            throw failure(e);
        } finally {
            leave(mark);
        }
    }

    /** A copy is checked and followed: what the policy does to its own list afterwards does not matter. */
    private List<Decision> copy(@Nullable List<Decision> decisions, int rows) throws PolicyFailure {
        Decision[] copied = decisions == null
                ? new Decision[0]
                : decisions.toArray(Decision[]::new).clone();
        if (copied.length != rows) {
            throw wrong(
                    "it decided for " + (decisions == null ? "no" : copied.length) + " rows, but there are " + rows);
        }
        return Collections.unmodifiableList(Arrays.asList(copied));
    }

    private void checkFirst(List<Decision> decisions) throws PolicyFailure {
        List<Path> allowed = context.allowedPaths();
        Path before = null;
        for (Decision decision : decisions) {
            Path path = decision == null ? null : decision.path().orElse(null);
            if (path == null) {
                throw wrong("it answered '" + decision + "' where a path was asked for");
            }
            if (!path.equals(before) && !allowed.contains(path)) {
                throw wrong("it chose the path " + path + ", which is not allowed");
            }
            before = path;
        }
    }

    /**
     * @return a decision for each running row; null if the rows are to follow their path
     * @throws TminusException if the request was cancelled or its deadline passed meanwhile
     * @throws BackendFailure if what the policy wanted to see could not be read
     */
    @Nullable
    List<Decision> next(CheckpointView checkpoint) throws TminusException, BackendFailure {
        PolicyRun begun = run;
        if (begun == null || silenced || execution.isWithdrawn(entry.lease())) {
            return null;
        }
        askedAtCheckpoint = true;
        List<Decision> decisions = null;
        long[] mark = enter();
        try {
            decisions = copy(begun.next(checkpoint), checkpoint.rows());
            checkNext(decisions, checkpoint);
        } catch (Throwable e) {
            decisions = null;
            if (!checkpoint.hasFailed()) {
                silenced = true;
                PolicyFailure failure = failure(e);
                execution.fallback(entry, failure.reason() + " The rows follow their path.");
            }
        } finally {
            leave(mark);
        }
        checkpoint.rethrow();
        return decisions;
    }

    private void checkNext(List<Decision> decisions, CheckpointView checkpoint) throws PolicyFailure {
        for (Decision decision : decisions) {
            if (decision == null) {
                throw wrong("a decision is missing");
            }
            try {
                switch (decision.kind()) {
                    case "go-on" -> {}
                    case "stop" -> checkStop(decision.exit().orElseThrow(), checkpoint.layersRun());
                    case "skip" -> checkSkip(decision.skippedLayers(), checkpoint);
                    default -> throw wrong("it answered '" + decision + "' at a checkpoint");
                }
            } catch (TminusException e) {
                throw wrong("it answered '" + decision + "': " + e.getMessage());
            }
        }
    }

    private void checkStop(ExitId exit, List<LayerId> layersRun) throws TminusException {
        context.model().check(new Path(layersRun, exit));
    }

    private void checkSkip(int layers, CheckpointView checkpoint) throws TminusException, PolicyFailure {
        List<LayerId> ahead = checkpoint.layersAhead();
        if (layers > ahead.size()) {
            throw wrong("it skips " + layers + " layers, but " + ahead.size() + " are left");
        }
        List<LayerId> taken = new ArrayList<>(checkpoint.layersRun());
        taken.addAll(ahead.subList(layers, ahead.size()));
        context.model().check(new Path(taken, checkpoint.pathExit()));
    }

    private PolicyFailure wrong(String what) {
        return new PolicyFailure("Policy '" + entry.name() + "' is wrong: " + what + ".", null);
    }

    private PolicyFailure failure(Throwable cause) {
        PolicyFailure failure = cause instanceof PolicyFailure known
                ? known
                : new PolicyFailure(
                        "Policy '" + entry.name() + "' failed: "
                                + execution.withdrawal(entry.lease(), Failures.describe(cause)) + ".",
                        cause);
        // A policy that passes its predictor's failure on, is stopped by the platform, or refuses the parameters of one
        // model, has done nothing wrong.
        boolean innocent = prediction.hasFailed()
                || execution.isExcused(entry.lease())
                || cause instanceof InvalidRequestException;
        if (!innocent) {
            execution.blame(entry, failure.reason());
        }
        return failure;
    }

    /** Ends the conversation and gives the lease back. */
    void end() {
        PolicyRun begun = run;
        if (begun != null) {
            run = null;
            long[] mark = enter();
            try {
                begun.close();
            } catch (Throwable e) {
                LOG.warn("The run of {} could not be closed", entry, e);
                execution.blame(entry, "its run could not be closed: " + Failures.describe(e));
            } finally {
                leave(mark);
            }
        }
        entry.lease().release(execution);
    }

    /** Marks the policy as one that works. */
    void succeeded() {
        if (!silenced) {
            execution.praise(entry);
        }
    }

    long flopsPerRow() {
        return flopsPerRow;
    }

    /** Whether the policy has seen a part of a run, so that it cannot be asked about the same again. */
    boolean isUnderWay() {
        return askedAtCheckpoint;
    }

    private long[] enter() {
        long start = execution.now();
        execution.guard().enter(entry.lease(), start);
        return new long[] {start, execution.nested()};
    }

    private void leave(long[] mark) {
        execution.guard().leave();
        execution.spent(Step.DECIDE, execution.now() - mark[0] - (execution.nested() - mark[1]));
    }
}
