/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.policy.confidence.internal;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.tminus.failure.TminusException;
import org.tminus.model.LayerId;
import org.tminus.policy.Checkpoint;
import org.tminus.policy.Decision;
import org.tminus.policy.PolicyRun;

/** One batch on its way; each row stops for itself. */
final class EarlyExit implements PolicyRun {
    private final ExitPlan plan;
    private final float threshold;
    private final Map<LayerId, Double> own;
    private final int rows;

    /** @param own thresholds of some layers, instead of the one for all */
    EarlyExit(ExitPlan plan, double threshold, Map<LayerId, Double> own, int rows) {
        this.plan = plan;
        this.own = own;
        // Confidences are floats: 0.9 shall mean the same on both sides.
        this.threshold = (float) threshold;
        this.rows = rows;
    }

    @Override
    public List<Decision> first() {
        return Collections.nCopies(rows, plan.start());
    }

    @Override
    public List<Decision> next(Checkpoint checkpoint) throws TminusException {
        Decision stop = plan.stopAfter(checkpoint.layer());
        if (stop == null || checkpoint.exit().isEmpty()) {
            return Collections.nCopies(checkpoint.rows(), Decision.goOn());
        }
        Double special = own.get(checkpoint.layer());
        float limit = special == null ? threshold : special.floatValue();
        List<Decision> decisions = new ArrayList<>(checkpoint.rows());
        for (int row = 0; row < checkpoint.rows(); row++) {
            // A confidence that is not a number is not sure.
            decisions.add(checkpoint.confidence(row) >= limit ? stop : Decision.goOn());
        }
        return decisions;
    }

    @Override
    public void close() {}
}
