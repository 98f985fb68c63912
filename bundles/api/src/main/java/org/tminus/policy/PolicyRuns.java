/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.policy;

import java.util.Collections;
import java.util.List;

/** Makes {@link PolicyRun}s for policies that have nothing to decide after the first layer. */
public final class PolicyRuns {
    private PolicyRuns() {}

    /**
     * The same decision for every row, and nothing more at checkpoints.
     *
     * @param decision a {@link Decision#run}
     * @param rows as many as the context has
     */
    public static PolicyRun sameForAll(Decision decision, int rows) {
        return new SameForAll(decision, rows);
    }

    private record SameForAll(Decision decision, int rows) implements PolicyRun {
        @Override
        public List<Decision> first() {
            return Collections.nCopies(rows, decision);
        }

        @Override
        public List<Decision> next(Checkpoint checkpoint) {
            return Collections.nCopies(checkpoint.rows(), Decision.goOn());
        }

        @Override
        public void close() {}
    }
}
