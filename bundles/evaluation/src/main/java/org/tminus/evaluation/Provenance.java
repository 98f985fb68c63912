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
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.tminus.evaluation.EvaluationResult.Cautious;
import org.tminus.evaluation.EvaluationResult.OptimumProblem;
import org.tminus.evaluation.EvaluationResult.OutOfFold;
import org.tminus.evaluation.EvaluationResult.PolicyFinding;
import org.tminus.evaluation.EvaluationResult.Ppo;
import org.tminus.evaluation.EvaluationResult.Predictor;
import org.tminus.evaluation.EvaluationResult.TrainingCurve;
import org.tminus.evaluation.method.Kind;
import org.tminus.evaluation.method.Subject;
import org.tminus.learning.data.TaskData;

/** What a model's description says about how it was made. Immutable. */
final class Provenance {
    private static final List<String> CURVES = List.of("reward", "kl", "entropy");
    /** Names of the loops in the figures, with the policy of each. */
    private static final Map<String, String> LOOPS = Collections.unmodifiableSortedMap(
            new TreeMap<>(Map.of("open", Kind.LEARNED_OPEN, "closed", Kind.LEARNED_CLOSED)));

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

    /** Names of the operating points in the order in which they were tested for the certificate; empty if it is not said. */
    List<String> certificationOrder() {
        List<String> order = new ArrayList<>();
        root.path("figures").path("certificationOrder").forEach(name -> order.add(name.asText()));
        return order;
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
                optimumProblem(ppo.path("optimum")),
                findings(ppo),
                decisionMicros);
    }

    private static @Nullable OptimumProblem optimumProblem(JsonNode optimum) {
        return optimum.isObject()
                ? new OptimumProblem(
                        number(optimum, "optimum"),
                        number(optimum, "ppo"),
                        number(optimum, "bestFixedPath"),
                        number(optimum, "shareOfGain"),
                        number(optimum, "price"))
                : null;
    }

    /** Null if training kept no record of its runs. */
    private static @Nullable List<PolicyFinding> findings(JsonNode ppo) {
        List<PolicyFinding> findings = new ArrayList<>();
        boolean known = false;
        for (Map.Entry<String, String> loop : LOOPS.entrySet()) {
            JsonNode study = ppo.path(loop.getKey());
            for (JsonNode run : study.path("runs")) {
                known = true;
                long seed = run.path("seed").asLong();
                for (JsonNode finding : run.path("findings")) {
                    String[] parts = finding.asText().split(": ", 2);
                    findings.add(new PolicyFinding(
                            loop.getValue(),
                            seed,
                            study.path("bestSeed").asLong(-1) == seed,
                            parts[0],
                            parts.length < 2 ? "" : parts[1]));
                }
            }
        }
        return known ? findings : null;
    }

    /** The same figures with those that training found, if there are any. */
    Predictor predictor(Predictor checked) {
        JsonNode figures = root.path("figures");
        JsonNode own = figures.path("predictor");
        JsonNode onStem = figures.path("predictorOnStem");
        return checked.trained(
                cautious(own.path("cautious")),
                own.isObject() ? outOfFold(own, null) : null,
                onStem.isObject() ? outOfFold(onStem, cautious(onStem.path("cautious"))) : null);
    }

    private static OutOfFold outOfFold(JsonNode figures, @Nullable Cautious cautious) {
        return new OutOfFold(
                number(figures, "accuracy"),
                number(figures, "ece"),
                number(figures, "spearman"),
                number(figures, "underComputation"),
                number(figures, "overComputation"),
                cautious);
    }

    private static @Nullable Cautious cautious(JsonNode figures) {
        Double weight = number(figures, "underWeight");
        return weight == null
                ? null
                : new Cautious(weight, number(figures, "underComputation"), number(figures, "overComputation"));
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
