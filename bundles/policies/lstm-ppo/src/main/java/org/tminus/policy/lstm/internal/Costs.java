/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.policy.lstm.internal;

import java.util.ArrayList;
import java.util.List;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.Cost;
import org.tminus.model.ExitId;
import org.tminus.model.PredictorDescription;

/** FLOPs of a model's parts for sequences of one length at a time, worked out when the length changes. One per batch. */
final class Costs {
    private final AdaptiveModel model;
    private final double predictor;
    private final List<Cost> layerCosts = new ArrayList<>();
    private final List<Cost> classCosts = new ArrayList<>();
    private final double[] layers;
    private final double[] ratios;
    private final Cost fullCost;
    private long length = -1;
    private double start;
    private double full;

    /** @param classes how many classes of the predictor the policy reads; 0 for none */
    Costs(AdaptiveModel model, int classes) {
        this.model = model;
        model.layers().forEach(layer -> layerCosts.add(layer.cost()));
        fullCost = model.cost(model.fullDepth());
        PredictorDescription description =
                classes == 0 ? null : model.predictor().orElse(null);
        if (description != null) {
            description
                    .classes()
                    .forEach(path -> classCosts.add(model.cost(model.menu().get(path))));
        }
        predictor = description == null ? 0 : description.flopsPerRow();
        layers = new double[layerCosts.size()];
        ratios = new double[classCosts.size()];
    }

    void setLength(long value) {
        if (value == length) {
            return;
        }
        length = value;
        // A model that costs nothing, as in tests, has no ratios; zeros do no harm.
        full = Math.max(1, fullCost.flops(value));
        start = model.stem().cost().flops(value) + predictor;
        for (int layer = 0; layer < layers.length; layer++) {
            layers[layer] = layerCosts.get(layer).flops(value);
        }
        for (int index = 0; index < ratios.length; index++) {
            ratios[index] = classCosts.get(index).flops(value) / full;
        }
    }

    /** Stem, and the predictor if the policy reads it. */
    double start() {
        return start;
    }

    double layer(int layer) {
        return layers[layer];
    }

    double exit(ExitId exit) {
        return model.exit(exit).map(found -> found.cost().flops(length)).orElse(0L);
    }

    double full() {
        return full;
    }

    /** The FLOPs of the path that a class of the predictor stands for, over those of full depth. */
    double ratio(int complexityClass) {
        return ratios[complexityClass];
    }
}
