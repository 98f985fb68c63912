/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tminus.evaluation.EvaluationResult.Ppo;
import org.tminus.evaluation.EvaluationResult.TrainingCurve;
import org.tminus.evaluation.method.Subject;
import org.tminus.learning.data.TaskData;

/** What a model's description says about how it was made. Immutable. */
final class Provenance {
    private static final List<String> CURVES = List.of("reward", "kl", "entropy");
    private final JsonNode root;

    private Provenance(JsonNode root) {
        this.root = root;
    }

    static Provenance of(Subject subject) throws EvaluationException {
        Path file = subject.file("model.json").orElse(null);
        if (file == null) {
            return new Provenance(new ObjectMapper().createObjectNode());
        }
        try {
            return new Provenance(new ObjectMapper().readTree(file.toFile()).path("provenance"));
        } catch (IOException e) {
            throw new EvaluationException("The model's description cannot be read: " + e, "Make the model again.", e);
        }
    }

    /** Notes whether the model was trained with the same data and split. */
    void compare(TaskData.Description data, List<String> notes) {
        String hash = root.path("data").path("sha256").asText("");
        if (!hash.isEmpty() && !hash.equals(data.sha256())) {
            notes.add("The model was trained with other data (SHA-256 " + hash + ") than it is evaluated on ("
                    + data.sha256() + "): test inputs may have been trained on.");
        }
        JsonNode seed = root.path("seed");
        if (seed.isNumber() && seed.asLong() != data.seed()) {
            notes.add("The model was trained with seed " + seed.asLong() + ", the data is split with seed "
                    + data.seed() + ": test inputs may have been trained on.");
        }
    }

    /** @param decisionMicros what decisions of the learned policies take, by policy */
    Ppo ppo(Map<String, Double> decisionMicros, List<String> notes) {
        JsonNode ppo = root.path("figures").path("ppo");
        if (ppo.isMissingNode()) {
            notes.add("Figures of policy training are not in the model's provenance.");
        }
        return new Ppo(
                ppo.path("seeds").isNumber() ? (Integer) ppo.path("seeds").asInt() : null,
                number(ppo, "rewardMean"),
                number(ppo, "rewardSpread"),
                number(ppo, "optimumGap"),
                decisionMicros);
    }

    private static @Nullable Double number(JsonNode node, String key) {
        JsonNode value = node.path(key);
        return value.isNumber() && Double.isFinite(value.asDouble()) ? (Double) value.asDouble() : null;
    }

    List<TrainingCurve> trainingCurves() {
        List<TrainingCurve> curves = new ArrayList<>();
        for (JsonNode curve : root.path("figures").path("ppo").path("curves")) {
            Map<String, List<Double>> values = new LinkedHashMap<>();
            for (String name : CURVES) {
                List<Double> numbers = numbers(curve.path(name));
                if (!numbers.isEmpty()) {
                    values.put(name, numbers);
                }
            }
            curves.add(new TrainingCurve(curve.path("name").asText("?"), numbers(curve.path("steps")), values));
        }
        return curves;
    }

    private static List<Double> numbers(JsonNode array) {
        List<Double> numbers = new ArrayList<>();
        array.forEach(value -> numbers.add(value.asDouble()));
        return numbers;
    }
}
