/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.policy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tminus.learning.outcome.Basis;
import org.tminus.learning.outcome.Choices;
import org.tminus.learning.outcome.Outcomes;

/**
 * The best that any policy can do on a table of outcomes at a price, among all that see what an {@link LstmPolicy} of the
 * same shape sees. What a policy knows at a place is the history of its observations: length of the input, predicted
 * complexity, the exits read on the way. Examples with the same history cannot be told apart, so they form one state; the
 * value of a state is the larger of stopping for all of them and of the values of the states that each layer leads to,
 * weighted by how many examples go there. Backward induction over this tree is exact, for the tree has no cycles.
 *
 * <p>On observations that are not discretised nearly every example has a history of its own, and the optimum is just the
 * oracle; see {@link Discretised}. Even so it is the optimum on these very examples, which no policy reaches on others.
 */
public final class TabularOptimum {
    private final Walk walk;
    private final double price;
    private final int[] ends;
    private int states;

    private TabularOptimum(Walk walk, double price) {
        this.walk = walk;
        this.price = price;
        this.ends = new int[walk.rows()];
    }

    /** @param price quality that one full depth of FLOPs costs */
    public static TabularOptimum solve(Outcomes outcomes, LstmShape shape, Basis basis, double price) {
        TabularOptimum optimum = new TabularOptimum(new Walk(outcomes, shape, basis), price);
        Map<List<Float>, List<Integer>> begin = new LinkedHashMap<>();
        for (int row = 0; row < outcomes.rows(); row++) {
            List<Float> seen = new ArrayList<>(List.of((float) outcomes.length(row)));
            float[] probabilities = outcomes.complexity(row);
            for (int k = 0; probabilities != null && k < probabilities.length; k++) {
                seen.add(probabilities[k]);
            }
            begin.computeIfAbsent(seen, key -> new ArrayList<>()).add(row);
        }
        for (List<Integer> rows : begin.values()) {
            int[] group = rows.stream().mapToInt(Integer::intValue).toArray();
            int[] ends = optimum.best(0, group).ends;
            for (int i = 0; i < group.length; i++) {
                optimum.ends[group[i]] = ends[i];
            }
        }
        return optimum;
    }

    /** The best from here on for examples that cannot be told apart, and where each of them ends. */
    private static final class Solution {
        private final double value;
        private final int[] ends;

        Solution(double value, int[] ends) {
            this.value = value;
            this.ends = ends;
        }
    }

    private Solution best(int node, int[] rows) {
        states++;
        if (walk.isLeaf(node)) {
            return stop(node, rows);
        }
        Solution best = null;
        for (int next : walk.targets[node]) {
            Solution one = next == Walk.STOP ? stop(node, rows) : go(next, rows);
            if (best == null || one.value > best.value) {
                best = one;
            }
        }
        if (best == null) {
            throw new IllegalStateException("A place of the trie where nothing is allowed");
        }
        return best;
    }

    private Solution stop(int node, int[] rows) {
        double value = 0;
        for (int row : rows) {
            value += walk.kept(node, row) - price * walk.paidToAnswer(node, row);
        }
        int[] ends = new int[rows.length];
        Arrays.fill(ends, node);
        return new Solution(value, ends);
    }

    private Solution go(int next, int[] rows) {
        if (!walk.spending.isRead(next)) {
            return best(next, rows);
        }
        Map<List<Float>, List<Integer>> seen = new LinkedHashMap<>();
        for (int i = 0; i < rows.length; i++) {
            List<Float> key = new ArrayList<>(Outcomes.OBSERVATIONS);
            for (int k = 0; k < Outcomes.OBSERVATIONS; k++) {
                key.add(walk.observation(next, rows[i], k));
            }
            seen.computeIfAbsent(key, unused -> new ArrayList<>()).add(i);
        }
        double value = 0;
        int[] ends = new int[rows.length];
        for (List<Integer> group : seen.values()) {
            int[] some = group.stream().mapToInt(i -> rows[i]).toArray();
            Solution one = best(next, some);
            value += one.value;
            for (int i = 0; i < some.length; i++) {
                ends[group.get(i)] = one.ends[i];
            }
        }
        return new Solution(value, ends);
    }

    /** Mean over the examples of kept answer less price times FLOPs over mean full depth. */
    public double value() {
        double sum = 0;
        for (int row = 0; row < ends.length; row++) {
            sum += walk.kept(ends[row], row) - price * walk.paidToAnswer(ends[row], row);
        }
        return sum / ends.length;
    }

    /** How many states, that is different histories at a place, were looked at. */
    public int states() {
        return states;
    }

    /** What it does with the examples. */
    public Choices choices() {
        int[] paths = new int[ends.length];
        double[] flops = new double[ends.length];
        for (int row = 0; row < ends.length; row++) {
            paths[row] = walk.path(ends[row]);
            flops[row] = walk.flopsToAnswer(ends[row], row);
        }
        return new Choices(walk.outcomes, paths, flops);
    }
}
