/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.pipeline;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tminus.learning.baseline.BudgetChoice;
import org.tminus.learning.baseline.CostSensitive;
import org.tminus.learning.baseline.Family;
import org.tminus.learning.outcome.Outcomes;

/**
 * The simple rules that decide by the predictor alone, as they came out of the decision split. They stand in the provenance,
 * because whoever measures the model later has no probabilities of that split by trees that never saw the row, and would choose
 * settings by probabilities that are too good.
 */
final class OpenLoopFigures {
    private OpenLoopFigures() {}

    /**
     * The corners of the upper hull of each rule, and what the fitted one consists of.
     *
     * @param decision with out-of-fold probabilities
     */
    static Map<String, Object> of(Outcomes decision) {
        CostSensitive classifier = CostSensitive.fit(decision);
        Map<String, Object> fitted = new LinkedHashMap<>();
        fitted.put("means", classifier.means());
        fitted.put("scales", classifier.scales());
        fitted.put("weights", classifier.weights());
        fitted.put("prices", corners(classifier.family(decision), "price"));
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("budget", corners(BudgetChoice.family(decision), "threshold"));
        figures.put("fitted", fitted);
        return figures;
    }

    private static List<Map<String, Object>> corners(Family family, String parameter) {
        return family.hull().members().stream()
                .map(member -> family.settings().get(Integer.parseInt(member.name())))
                .map(setting -> {
                    Map<String, Object> corner = new LinkedHashMap<>();
                    corner.put(parameter, setting.parameter());
                    corner.put("flopsRatio", setting.flopsRatio());
                    corner.put("quality", setting.quality());
                    return corner;
                })
                .toList();
    }
}
