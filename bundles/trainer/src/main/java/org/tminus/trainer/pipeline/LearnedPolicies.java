/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.pipeline;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.tminus.learning.outcome.Outcomes;
import org.tminus.learning.policy.Loop;
import org.tminus.learning.policy.LstmPolicy;
import org.tminus.learning.policy.LstmShape;
import org.tminus.learning.policy.PolicyOnnx;
import org.tminus.learning.stats.Proportions;
import org.tminus.trainer.decide.PointChoice;
import org.tminus.trainer.pack.ModelWriter;

/** The policies that were trained for a model: for each loop the best of several seeds. Immutable. */
final class LearnedPolicies {
    /** Budgets that may become operating points, in hundredths. */
    private static final int BUDGETS = 100;
    /**
     * Hidden units to choose from: where full depth is cheap, what a larger policy costs is more than what it knows better.
     */
    private static final int[] HIDDEN = {6, 12};

    private final Map<String, byte[]> files = new LinkedHashMap<>();
    private final List<ModelWriter.PolicyEntry> entries = new ArrayList<>();
    private final Map<String, List<PointChoice.Setting>> settings = new LinkedHashMap<>();
    private final Map<String, @Nullable Object> figures = new LinkedHashMap<>();

    private LearnedPolicies() {}

    /**
     * Trains, or takes what was trained before.
     *
     * @param decision outcomes with out-of-fold probabilities, if there is a predictor
     * @throws java.util.concurrent.CancellationException if it was told to stop
     */
    static LearnedPolicies train(Outcomes decision, PipelineOptions options, PolicyRuns runs) throws IOException {
        LearnedPolicies policies = new LearnedPolicies();
        if (options.policy().updates() == 0 || decision.trie().menu().size() < 2) {
            return policies;
        }
        List<Map<String, Object>> curves = new ArrayList<>();
        List<PolicyRuns.Run> closed = List.of();
        for (Loop loop : Loop.values()) {
            // Without a predictor there is nothing to go by before the first layer.
            if (loop == Loop.OPEN && decision.complexityClasses() == 0) {
                continue;
            }
            Map<Integer, List<PolicyRuns.Run>> bySize = bySize(decision, loop, options, runs);
            Map.Entry<Integer, List<PolicyRuns.Run>> chosen =
                    Collections.max(bySize.entrySet(), Comparator.comparingDouble(each -> score(each.getValue())));
            List<PolicyRuns.Run> all = chosen.getValue();
            PolicyRuns.Run best = Collections.max(all, PolicyRuns.Run.BY_SCORE);
            policies.add(loop, best);
            all.forEach(run -> curves.add(run.curve()));
            Map<String, Object> study = study(all, best);
            study.put("hidden", chosen.getKey());
            Map<String, Double> scores = new LinkedHashMap<>();
            bySize.forEach((size, those) -> scores.put(String.valueOf(size), score(those)));
            study.put("scoreMeanByHidden", scores);
            policies.figures.put(loop.label(), study);
            closed = all;
        }
        // The figures of the loop that sees more stand for both where one number is asked for.
        double[] rewards = closed.stream().mapToDouble(PolicyRuns.Run::reward).toArray();
        policies.figures.put("seeds", options.policy().seeds());
        policies.figures.put("rewardMean", Proportions.mean(rewards));
        policies.figures.put("rewardSpread", spread(rewards));
        policies.figures.put("curves", curves);
        Map<String, Object> gap = runs.optimumGap(
                decision, Loop.CLOSED, options.seed(), options.policy().updates());
        policies.figures.put("optimumGap", gap.get("gap"));
        policies.figures.put("optimum", gap);
        return policies;
    }

    /** The same seeds for every size, the smallest first. */
    private static Map<Integer, List<PolicyRuns.Run>> bySize(
            Outcomes decision, Loop loop, PipelineOptions options, PolicyRuns runs) throws IOException {
        Map<Integer, List<PolicyRuns.Run>> bySize = new TreeMap<>();
        for (int hidden : HIDDEN) {
            List<PolicyRuns.Run> all = new ArrayList<>();
            for (int i = 0; i < options.policy().seeds(); i++) {
                all.add(runs.run(
                        decision,
                        loop,
                        hidden,
                        options.seed() + i,
                        options.policy().updates()));
            }
            bySize.put(hidden, all);
        }
        return bySize;
    }

    private static double score(List<PolicyRuns.Run> runs) {
        return Proportions.mean(runs.stream().mapToDouble(PolicyRuns.Run::score).toArray());
    }

    private static double spread(double[] values) {
        return values.length < 2 ? 0 : Proportions.standardDeviation(values);
    }

    private static Map<String, Object> study(List<PolicyRuns.Run> all, PolicyRuns.Run best) {
        double[] rewards = all.stream().mapToDouble(PolicyRuns.Run::reward).toArray();
        double[] scores = all.stream().mapToDouble(PolicyRuns.Run::score).toArray();
        Map<String, Object> study = new LinkedHashMap<>();
        study.put("rewardMean", Proportions.mean(rewards));
        study.put("rewardSpread", spread(rewards));
        study.put("scoreMean", Proportions.mean(scores));
        study.put("scoreSpread", spread(scores));
        study.put("bestSeed", best.seed());
        study.put("runs", all.stream().map(PolicyRuns.Run::summary).toList());
        return study;
    }

    private void add(Loop loop, PolicyRuns.Run best) {
        LstmPolicy policy = PolicyOnnx.fromBytes(best.onnx());
        LstmShape shape = policy.shape();
        String file = "policy-" + loop.label() + ".onnx";
        files.put(file, best.onnx());
        entries.add(new ModelWriter.PolicyEntry(
                policy.kind(), file, loop.label(), shape.complexityClasses(), shape.hidden()));
        List<PointChoice.Setting> budgets = new ArrayList<>();
        for (int i = 1; i <= BUDGETS; i++) {
            double budget = (double) i / BUDGETS;
            budgets.add(new PointChoice.Setting(policy.kind(), Map.of("budget", budget), policy.at(budget)));
        }
        settings.put(policy.kind(), budgets);
    }

    Map<String, byte[]> files() {
        return files;
    }

    List<ModelWriter.PolicyEntry> entries() {
        return entries;
    }

    Map<String, List<PointChoice.Setting>> settings() {
        return settings;
    }

    Map<String, @Nullable Object> figures() {
        return figures;
    }
}
