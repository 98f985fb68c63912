/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.policy.lstm.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.tminus.failure.TminusException;
import org.tminus.model.ExitId;
import org.tminus.policy.Checkpoint;
import org.tminus.policy.Decision;
import org.tminus.policy.PolicyRun;

/**
 * One batch on its way. Each row has its own state and stops for itself; rows that go on together share a hidden state, so
 * where they want different layers next, all run the first of these: every row stays on an allowed path, and some run more
 * than they wanted.
 */
final class ClosedRun implements PolicyRun {
    private static final int NO_ANSWER = -1;

    private final Walker walker;
    private final ClosedPlan plan;
    private final int rows;
    /** How each row travels; null for rows that are settled. */
    private final @Nullable Carrier[] carriers;
    /** The node where a row is asked next. */
    private final int[] nodes;
    /** FLOPs of each row before it is asked there. */
    private final double[] spent;
    /** What the exit that was read last answered. */
    private final int[] answers;
    /** Per running row the child that it wants to go on to. */
    private final int[] wanted;

    ClosedRun(Walker walker, ClosedPlan plan, int rows) {
        this.walker = walker;
        this.plan = plan;
        this.rows = rows;
        carriers = new Carrier[rows];
        nodes = new int[rows];
        spent = new double[rows];
        answers = new int[rows];
        wanted = new int[rows];
        Arrays.fill(answers, NO_ANSWER);
    }

    @Override
    public List<Decision> first() throws TminusException {
        List<Decision> decisions = new ArrayList<>(rows);
        for (int row = 0; row < rows; row++) {
            decisions.add(begin(row));
        }
        return decisions;
    }

    /** To the first place where there is something to look at. */
    private Decision begin(int row) throws TminusException {
        WalkTree tree = plan.tree();
        walker.setRow(row);
        int node = WalkTree.ROOT;
        double flops = walker.costs().start();
        while (true) {
            Decision known = tree.only(node);
            if (known != null) {
                return known;
            }
            Carrier carrier = plan.carrier(node);
            if (carrier != null) {
                carriers[row] = carrier;
                nodes[row] = carrier.start();
                spent[row] = flops;
                return carrier.decision();
            }
            walker.step(row, tree, node, flops);
            int next = walker.choose(row, tree, node);
            if (next == Walker.STOP) {
                return Objects.requireNonNull(tree.end(node));
            }
            flops += walker.costs().layer(tree.layer(next));
            node = next;
        }
    }

    @Override
    public List<Decision> next(Checkpoint checkpoint) throws TminusException {
        int first = checkpoint.batchRow(0);
        Carrier carrier = carriers[first];
        int node = nodes[first];
        if (carrier == null || !checkpoint.layer().equals(carrier.tree().layerId(node))) {
            return Collections.nCopies(checkpoint.rows(), Decision.goOn());
        }
        int target = ask(checkpoint, carrier, node);
        List<Decision> decisions = new ArrayList<>(checkpoint.rows());
        Decision going = goOn(carrier, node, target);
        for (int row = 0; row < checkpoint.rows(); row++) {
            if (wanted[row] == Walker.STOP) {
                decisions.add(Objects.requireNonNull(carrier.stop(node)));
            } else {
                advance(checkpoint.batchRow(row), carrier, target);
                decisions.add(going);
            }
        }
        return decisions;
    }

    /**
     * Asks each row; what it wants is in {@link #wanted}.
     *
     * @return the child with the first layer that a row wants; {@link Walker#STOP} if all stop
     */
    private int ask(Checkpoint checkpoint, Carrier carrier, int node) throws TminusException {
        WalkTree tree = carrier.tree();
        ExitId exit = tree.actions(node) > 1 ? checkpoint.exit().orElse(null) : null;
        boolean settled = tree.only(node) != null;
        int target = Walker.STOP;
        for (int row = 0; row < checkpoint.rows(); row++) {
            int batchRow = checkpoint.batchRow(row);
            if (carriers[batchRow] != carrier || nodes[batchRow] != node) {
                throw new IllegalStateException(
                        "Rows that set out apart were brought together at layer " + checkpoint.layer());
            }
            if (!settled) {
                walker.setRow(batchRow);
                if (exit == null) {
                    walker.step(batchRow, tree, node, spent[batchRow]);
                } else {
                    spent[batchRow] += walker.costs().exit(exit);
                    answers[batchRow] = walker.step(
                            batchRow, tree, node, spent[batchRow], checkpoint.probabilities(row), answers[batchRow]);
                }
            }
            wanted[row] = walker.choose(batchRow, tree, node);
            if (wanted[row] != Walker.STOP && (target == Walker.STOP || tree.layer(wanted[row]) < tree.layer(target))) {
                target = wanted[row];
            }
        }
        return target;
    }

    private static Decision goOn(Carrier carrier, int node, int target) {
        int skipped = target == Walker.STOP ? 0 : carrier.skipped(node, target);
        return skipped == 0 ? Decision.goOn() : Decision.skip(skipped);
    }

    /** Moves a row to the next node where it is asked; nodes on the way are stepped without looking. */
    private void advance(int row, Carrier carrier, int target) {
        WalkTree tree = carrier.tree();
        int node = target;
        walker.setRow(row);
        spent[row] += walker.costs().layer(tree.layer(node));
        while (!carrier.isAsked(node) && tree.childCount(node) > 0) {
            if (tree.only(node) == null) {
                walker.step(row, tree, node, spent[row]);
            }
            node = tree.child(node, 0);
            spent[row] += walker.costs().layer(tree.layer(node));
        }
        nodes[row] = node;
    }

    @Override
    public void close() {}
}
