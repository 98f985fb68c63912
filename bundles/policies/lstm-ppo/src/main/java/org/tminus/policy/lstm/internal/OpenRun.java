/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.policy.lstm.internal;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.tminus.failure.TminusException;
import org.tminus.policy.Checkpoint;
import org.tminus.policy.Decision;
import org.tminus.policy.PolicyRun;

/** Decides a batch before the first layer, row by row. */
final class OpenRun implements PolicyRun {
    private final Walker walker;
    private final WalkTree tree;
    private final int rows;

    OpenRun(Walker walker, WalkTree tree, int rows) {
        this.walker = walker;
        this.tree = tree;
        this.rows = rows;
    }

    @Override
    public List<Decision> first() throws TminusException {
        Decision known = tree.only(WalkTree.ROOT);
        if (known != null) {
            return Collections.nCopies(rows, known);
        }
        List<Decision> decisions = new ArrayList<>(rows);
        for (int row = 0; row < rows; row++) {
            decisions.add(decide(row));
        }
        return decisions;
    }

    private Decision decide(int row) throws TminusException {
        walker.setRow(row);
        walker.reset(0);
        int node = WalkTree.ROOT;
        double spent = walker.costs().start();
        for (Decision known = null; known == null; known = tree.only(node)) {
            walker.step(0, tree, node, spent);
            int next = walker.choose(0, tree, node);
            if (next == Walker.STOP) {
                return Objects.requireNonNull(tree.end(node));
            }
            spent += walker.costs().layer(tree.layer(next));
            node = next;
        }
        return Objects.requireNonNull(tree.only(node));
    }

    @Override
    public List<Decision> next(Checkpoint checkpoint) {
        return Collections.nCopies(checkpoint.rows(), Decision.goOn());
    }

    @Override
    public void close() {}
}
