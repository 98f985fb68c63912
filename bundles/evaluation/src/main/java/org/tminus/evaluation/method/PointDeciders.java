/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.method;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.tminus.evaluation.EvaluationException;
import org.tminus.learning.baseline.BudgetChoice;
import org.tminus.learning.baseline.Decider;
import org.tminus.learning.baseline.FixedPath;
import org.tminus.learning.outcome.Choices;
import org.tminus.learning.outcome.Outcomes;
import org.tminus.learning.outcome.PathTrie;
import org.tminus.learning.outcome.Spending;
import org.tminus.model.OperatingPoint;

/** Decides the examples of a split as the platform does at an operating point of the model. */
public final class PointDeciders {
    private static final String CONFIDENCE = "confidence";
    /** More than any confidence. */
    private static final double NEVER = 2;

    private final Subject subject;
    private final LearnedPolicies learned;

    /** @throws EvaluationException if a learned policy of the model cannot be read */
    public PointDeciders(Subject subject) throws EvaluationException {
        this.subject = subject;
        this.learned = LearnedPolicies.of(subject);
    }

    /** The decider; empty if the policy of the point cannot be played on tables. */
    public Optional<Decider> of(OperatingPoint point) {
        Map<String, Object> parameters = point.parameters();
        return switch (point.policy()) {
            case Kind.LEARNED_OPEN, Kind.LEARNED_CLOSED ->
                number(parameters, "budget").flatMap(budget -> learned.at(point.policy(), budget));
            case "full" -> Optional.of(new FixedPath(subject.trie().menu().size() - 1));
            case "fixed" -> number(parameters, "menuIndex").map(index -> new FixedPath(index.intValue()));
            case "budget" -> number(parameters, "threshold").map(BudgetChoice::new);
            case CONFIDENCE -> thresholds(parameters).map(PlainExit::new);
            default -> Optional.empty();
        };
    }

    /** The kind of row that such a point makes. */
    static String kind(OperatingPoint point) {
        return switch (point.policy()) {
            case Kind.LEARNED_OPEN, Kind.LEARNED_CLOSED -> point.policy();
            case "full" -> Kind.FULL;
            case "fixed" -> Kind.STATIC;
            case CONFIDENCE -> Kind.CONFIDENCE;
            case "random" -> Kind.RANDOM;
            default -> Kind.OPEN_LOOP;
        };
    }

    /** How such a point is served: early exit as such, other ways by the paths that they decided. */
    Serving serving(OperatingPoint point) {
        if (!point.policy().equals(CONFIDENCE)) {
            return new Serving.Chosen(point.policy().equals("budget"));
        }
        List<String> layers = new ArrayList<>();
        List<Double> thresholds = new ArrayList<>();
        thresholds(point.parameters()).orElse(new TreeMap<>()).forEach((layer, threshold) -> {
            layers.add(subject.model().layers().get(layer).id().value());
            thresholds.add(threshold);
        });
        return new Serving.Exits(layers, thresholds);
    }

    private static Optional<Double> number(Map<String, Object> parameters, String key) {
        return parameters.get(key) instanceof Number number ? Optional.of(number.doubleValue()) : Optional.empty();
    }

    /**
     * By number, the layers after which the policy looks, and how sure an exit must be there; without checkpoints these are
     * all exits of the menu on the way to full depth. Empty if there is neither one threshold nor one for each.
     */
    private Optional<SortedMap<Integer, Double>> thresholds(Map<String, Object> parameters) {
        Optional<Double> same = number(parameters, "threshold");
        if (parameters.get("checkpoints") instanceof List<?> names) {
            List<?> values = parameters.get("thresholds") instanceof List<?> list ? list : List.of();
            if (same.isEmpty() && values.size() != names.size()) {
                return Optional.empty();
            }
            return Optional.of(atCheckpoints(names, values, same.orElse(NEVER)));
        }
        return same.map(this::atAllExits);
    }

    private SortedMap<Integer, Double> atCheckpoints(List<?> names, List<?> values, double otherwise) {
        Map<String, Integer> numbers = new HashMap<>();
        subject.model().layers().forEach(layer -> numbers.put(layer.id().value(), layer.index()));
        SortedMap<Integer, Double> thresholds = new TreeMap<>();
        for (int i = 0; i < names.size(); i++) {
            Integer layer = numbers.get(String.valueOf(names.get(i)));
            boolean own = values.size() == names.size() && values.get(i) instanceof Number;
            if (layer != null) {
                thresholds.put(layer, own ? ((Number) values.get(i)).doubleValue() : otherwise);
            }
        }
        return thresholds;
    }

    private SortedMap<Integer, Double> atAllExits(double threshold) {
        PathTrie trie = subject.trie();
        SortedMap<Integer, Double> thresholds = new TreeMap<>();
        PathTrie.Node at = trie.end(trie.menu().size() - 1);
        while (at.parent() > 0) {
            at = trie.nodes().get(at.parent());
            if (at.path() >= 0) {
                thresholds.put(at.layer(), threshold);
            }
        }
        return thresholds;
    }

    /** The platform's policy {@code confidence}, along full depth. */
    private record PlainExit(SortedMap<Integer, Double> thresholds) implements Decider {
        /** In single precision, as the platform compares. */
        private float threshold(int layer) {
            return thresholds.getOrDefault(layer, NEVER).floatValue();
        }

        @Override
        public Choices decide(Outcomes outcomes) {
            PathTrie trie = outcomes.trie();
            boolean[] read = new boolean[trie.nodes().size()];
            PathTrie.Node end = trie.nodes().get(outcomes.fullDepthNode());
            for (PathTrie.Node at = end; at.parent() >= 0; at = trie.nodes().get(at.parent())) {
                read[at.index()] = !at.equals(end) && at.path() >= 0 && thresholds.containsKey(at.layer());
            }
            Spending spending = new Spending(outcomes, read, false);
            int[] paths = new int[outcomes.rows()];
            double[] flops = new double[paths.length];
            for (int row = 0; row < paths.length; row++) {
                PathTrie.Node stop = end;
                for (PathTrie.Node at = end; at.parent() >= 0; at = trie.nodes().get(at.parent())) {
                    if (read[at.index()] && outcomes.confidence(at.index(), row) >= threshold(at.layer())) {
                        stop = at;
                    }
                }
                paths[row] = stop.path();
                flops[row] = spending.answered(stop.index(), row);
            }
            return new Choices(outcomes, paths, flops);
        }
    }
}
