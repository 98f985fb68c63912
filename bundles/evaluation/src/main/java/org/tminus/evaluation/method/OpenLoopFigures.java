/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.method;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tminus.evaluation.EvaluationException;
import org.tminus.learning.baseline.CostSensitive;

/**
 * What training found of open-loop classification on the decision split, by probabilities from trees that had not seen the
 * input; from the model's provenance. Only that makes these baselines as strong as they can be: the trees that the model brings
 * were trained on that split, and say too much about it. Immutable.
 *
 * @param budget corners of the hull over thresholds of the predictor's probabilities
 * @param fitted the regressions
 * @param prices corners of their hull over prices
 */
record OpenLoopFigures(List<Corner> budget, CostSensitive fitted, List<Corner> prices) {
    /**
     * A setting on the hull.
     *
     * @param parameter threshold or price
     * @param flopsRatio mean FLOPs over full depth, on the decision split
     * @param quality accuracy, or agreement without labels, on the decision split
     */
    record Corner(double parameter, double flopsRatio, double quality) {}

    /**
     * Reads the figures; empty if the model has none, as older ones have not.
     *
     * @throws EvaluationException if there are some that cannot be used with the model
     */
    static Optional<OpenLoopFigures> of(Subject subject) throws EvaluationException {
        Path file = subject.file("model.json").orElse(null);
        if (file == null) {
            return Optional.empty();
        }
        try {
            JsonNode figures = new ObjectMapper().readTree(file.toFile()).at("/provenance/figures/openLoop");
            return figures.isMissingNode() || figures.isNull() ? Optional.empty() : Optional.of(read(figures, subject));
        } catch (IOException | IllegalArgumentException e) {
            throw new EvaluationException(
                    "The model's figures of open-loop classification cannot be read: " + e.getMessage(),
                    "Make the model again.",
                    e);
        }
    }

    private static OpenLoopFigures read(JsonNode figures, Subject subject) {
        JsonNode fitted = figures.path("fitted");
        JsonNode lines = fitted.path("weights");
        double[][] weights = new double[lines.size()][];
        for (int path = 0; path < weights.length; path++) {
            weights[path] = numbers(lines.get(path));
        }
        CostSensitive classifier =
                CostSensitive.of(numbers(fitted.path("means")), numbers(fitted.path("scales")), weights);
        int classes = subject.model()
                .predictor()
                .map(predictor -> predictor.classes().size())
                .orElse(0);
        if (weights.length != subject.trie().menu().size() || classifier.means().length != 2 * classes) {
            throw new IllegalArgumentException("they are of " + weights.length + " paths and "
                    + classifier.means().length / 2 + " classes of complexity");
        }
        return new OpenLoopFigures(
                corners(figures.path("budget"), "threshold"), classifier, corners(fitted.path("prices"), "price"));
    }

    private static double[] numbers(JsonNode array) {
        double[] numbers = new double[array.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = array.get(i).asDouble(Double.NaN);
        }
        return numbers;
    }

    private static List<Corner> corners(JsonNode array, String parameter) {
        List<Corner> corners = new ArrayList<>();
        for (JsonNode each : array) {
            corners.add(new Corner(number(each, parameter), number(each, "flopsRatio"), number(each, "quality")));
        }
        if (corners.isEmpty()) {
            throw new IllegalArgumentException("there is no " + parameter);
        }
        return List.copyOf(corners);
    }

    private static double number(JsonNode node, String key) {
        double value = node.path(key).asDouble(Double.NaN);
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("'" + key + "' is no number");
        }
        return value;
    }
}
