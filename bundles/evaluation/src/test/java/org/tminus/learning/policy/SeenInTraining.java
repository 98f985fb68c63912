/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.policy;

import org.tminus.learning.outcome.Basis;
import org.tminus.learning.outcome.Outcomes;

/** What a policy of the closed loop sees while it learns, is certified and is evaluated. */
public final class SeenInTraining {
    private final Walk walk;

    public SeenInTraining(Outcomes outcomes, LstmShape shape) {
        walk = new Walk(outcomes, shape, Basis.AGREES);
    }

    /** In single precision, as networks are given it where they are served. */
    public float[] at(int node, int row, double budget) {
        double[] values = new double[walk.shape.features()];
        walk.observe(node, row, budget, values, 0);
        float[] single = new float[values.length];
        for (int i = 0; i < single.length; i++) {
            single[i] = (float) values[i];
        }
        return single;
    }

    /** Whether the head at a node is read. */
    public boolean isRead(int node) {
        return walk.spending.isRead(node);
    }
}
