/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.demo.container;

import java.util.List;
import org.tminus.demo.report.DemoRequest;
import org.tminus.demo.report.RowPlan.Part;
import org.tminus.model.AdaptiveModel;

/**
 * What an adaptive row is compared with at the same FLOPs: models whose depth is the same for every input.
 *
 * @param candidates full depth among them
 * @param description what they are, as a sentence
 */
record StaticModels(List<Part> candidates, String description) {

    static StaticModels find(DemoRequest request, AdaptiveModel model, Part fullDepth) {
        return new StaticModels(List.of(fullDepth), "");
    }
}
