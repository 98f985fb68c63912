/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.method;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tminus.evaluation.EvaluationException;
import org.tminus.learning.baseline.Expected;
import org.tminus.learning.outcome.MenuPath;
import org.tminus.learning.outcome.Outcomes;
import org.tminus.learning.outcome.PathTrie;
import org.tminus.learning.policy.LstmPolicy;
import org.tminus.model.OperatingPoint;

/**
 * Learned policies of one model that decide for another. The number of layers must be equal, since each layer is an action.
 * Classes of complexity may differ: each of this model's is read as the other's cheapest that runs as many layers.
 */
public final class Transferred {
    private static final String REGROUPED = "classes of complexity regrouped by depth";

    private final Subject from;
    private final LearnedPolicies policies;
    private final Contest contest;

    /**
     * @param from the model whose policies are tried
     * @param contest of the model that they decide for
     * @throws EvaluationException if a policy cannot be read
     */
    public Transferred(Subject from, Contest contest) throws EvaluationException {
        this.from = from;
        this.policies = LearnedPolicies.of(from);
        this.contest = contest;
    }

    /**
     * One operating point of the other model, here.
     *
     * @param test what it does; null if it cannot be used
     * @param ownAtCost what this model's own policy of the same kind does at the same cost, or the nearest that its operating
     *     points reach; null if it has none
     * @param ownSlope quality that one full depth of FLOPs more buys this model's own policy there
     * @param adapted what had to be fitted; empty if nothing
     * @param reason why it cannot be used; null if it can
     */
    public record Trial(
            @Nullable String policy,
            @Nullable String point,
            @Nullable Expected test,
            @Nullable Expected ownAtCost,
            double ownSlope,
            String adapted,
            @Nullable String reason) {}

    /** Every learned operating point of the other model once; one trial with a reason where it brings none. */
    public List<Trial> trials() {
        List<Trial> trials = new ArrayList<>();
        Set<Map.Entry<String, Map<String, Object>>> seen = new HashSet<>();
        for (OperatingPoint point : from.model().operatingPoints()) {
            if (Kind.isLearned(point.policy()) && seen.add(Map.entry(point.policy(), point.parameters()))) {
                trials.add(trial(point));
            }
        }
        if (trials.isEmpty()) {
            trials.add(new Trial(null, null, null, null, 0, "", "the other model brings no learned policy"));
        }
        return trials;
    }

    private Trial trial(OperatingPoint point) {
        LstmPolicy policy = policies.get(point.policy()).orElse(null);
        if (policy == null || !(point.parameters().get("budget") instanceof Number budget)) {
            return failed(point, "the other model lacks the policy or its budget");
        }
        Outcomes test = contest.test();
        int layers = test.trie().layers();
        if (policy.shape().layers() != layers) {
            return failed(point, "the policy is for " + policy.shape().layers() + " layers, this model has " + layers);
        }
        Outcomes seen = test;
        String adapted = "";
        int classes = policy.shape().complexityClasses();
        if (classes == 0) {
            seen = test.withoutComplexity();
        } else if (test.complexityClasses() == 0) {
            return failed(point, "the policy reads a predictor, this model has none");
        } else if (test.complexityClasses() != classes
                || !menu(from).equals(test.trie().menu())) {
            List<Integer> depths = depths(classes);
            if (depths.size() != classes) {
                return failed(point, "the other model's predictor does not fit its policy");
            }
            seen = regrouped(test, depths);
            adapted = REGROUPED;
        }
        Expected there = Expected.of(policy.decide(seen, budget.doubleValue()));
        double cost = there.flopsRatio();
        Frontier own = contest.learnedFrontier(point.policy()).orElse(null);
        Expected mine = own == null ? null : own.at(cost);
        double slope = own == null ? 0 : own.slope(cost, contest.basis());
        return new Trial(point.policy(), point.name(), there, mine, slope, adapted, null);
    }

    private static Trial failed(OperatingPoint point, String reason) {
        return new Trial(point.policy(), point.name(), null, null, 0, "", reason);
    }

    private static List<MenuPath> menu(Subject subject) {
        return subject.trie().menu();
    }

    /** How many layers each class of the other model's predictor stands for. */
    private List<Integer> depths(int classes) {
        List<Integer> depths = new ArrayList<>();
        from.model().predictor().ifPresent(predictor -> predictor
                .classes()
                .forEach(path -> depths.add(menu(from).get(path).layers().size())));
        return depths.subList(0, Math.min(classes, depths.size()));
    }

    private static Outcomes regrouped(Outcomes outcomes, List<Integer> depths) {
        PathTrie trie = outcomes.trie();
        int[] target = new int[outcomes.complexityClasses()];
        for (int k = 0; k < target.length; k++) {
            int needed = trie.menu().get(outcomes.complexityPath(k)).layers().size();
            target[k] = first(depths, needed);
        }
        float[][] probabilities = new float[outcomes.rows()][depths.size()];
        for (int row = 0; row < probabilities.length; row++) {
            float[] given = outcomes.complexity(row);
            for (int k = 0; given != null && k < target.length; k++) {
                probabilities[row][target[k]] += given[k];
            }
        }
        int[] paths = new int[depths.size()];
        List<Integer> here =
                trie.menu().stream().map(path -> path.layers().size()).toList();
        for (int k = 0; k < paths.length; k++) {
            paths[k] = first(here, depths.get(k));
        }
        return outcomes.withComplexity(probabilities, paths);
    }

    /** The first that is deep enough, else the last. */
    private static int first(List<Integer> depths, int needed) {
        for (int k = 0; k < depths.size(); k++) {
            if (depths.get(k) >= needed) {
                return k;
            }
        }
        return depths.size() - 1;
    }
}
