/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.measure;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tminus.failure.TminusException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.LayerId;
import org.tminus.model.OperatingPoint;
import org.tminus.policy.Checkpoint;
import org.tminus.policy.Decision;
import org.tminus.policy.Policy;
import org.tminus.policy.PolicyContext;
import org.tminus.policy.PolicyRun;

/**
 * Early exit with a threshold per exit, each in the confidence as the exit gives it (calibration is folded into the
 * threshold), as the strongest form of the baseline has it.
 */
public final class EarlyExit implements Policy {
    /** The operating points' parameters. */
    private static final String LAYERS = "layers";

    private static final String THRESHOLDS = "thresholds";

    /**
     * An operating point.
     *
     * @param layers after which a head is read, in order
     * @param thresholds one each; above 1 it never stops there, so that the head is not read
     */
    public static OperatingPoint point(String policy, String name, List<String> layers, List<Double> thresholds) {
        Map<String, Object> parameters = new HashMap<>();
        parameters.put(LAYERS, layers);
        parameters.put(THRESHOLDS, thresholds);
        return new OperatingPoint(name, policy, parameters, "decision", 0, 1, Double.NaN, Double.NaN);
    }

    @Override
    public long flopsPerRow(AdaptiveModel model) {
        return 0;
    }

    @Override
    public PolicyRun begin(PolicyContext context) throws TminusException {
        OperatingPoint point = context.operatingPoint()
                .orElseThrow(() -> new TminusException("Early exit needs an operating point.", "Name one."));
        Map<LayerId, Float> thresholds = new HashMap<>();
        List<LayerId> checkpoints = new ArrayList<>();
        if (point.parameters().get(LAYERS) instanceof List<?> layers
                && point.parameters().get(THRESHOLDS) instanceof List<?> values) {
            for (int i = 0; i < layers.size(); i++) {
                LayerId layer = new LayerId(String.valueOf(layers.get(i)));
                // Confidences are floats: a threshold shall mean the same as in the tables.
                float threshold = ((Number) values.get(i)).floatValue();
                if (threshold <= 1) {
                    checkpoints.add(layer);
                    thresholds.put(layer, threshold);
                }
            }
        }
        Decision first = Decision.run(context.model().fullDepth()).withCheckpoints(checkpoints);
        return new Walk(context.model(), first, thresholds, context.rows());
    }

    private record Walk(AdaptiveModel model, Decision start, Map<LayerId, Float> thresholds, int rows)
            implements PolicyRun {
        @Override
        public List<Decision> first() {
            return java.util.Collections.nCopies(rows, start);
        }

        @Override
        public List<Decision> next(Checkpoint checkpoint) throws TminusException {
            float threshold = thresholds.getOrDefault(checkpoint.layer(), 2f);
            List<Decision> decisions = new ArrayList<>();
            for (int row = 0; row < checkpoint.rows(); row++) {
                boolean sure = checkpoint.confidence(row) >= threshold;
                decisions.add(sure ? Decision.stop(checkpoint.exit().orElseThrow()) : Decision.goOn());
            }
            return decisions;
        }

        @Override
        public void close() {
            // Nothing is held.
        }
    }
}
