/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.outcome;

import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The answers at every node of a path trie to every example of a split, and what a policy could see there. Immutable as
 * long as nobody writes to the arrays given. Nodes are numbered as in the trie; the root's entries are unused.
 */
public final class Outcomes {
    /** Numbers per node and example that a closed-loop policy sees: see {@link #OBSERVED}. */
    public static final int OBSERVATIONS = 4;

    /**
     * Names of the observations by index: the largest probability of the exit, its lead over the second, entropy over
     * {@code ln(classes)}, and whether what is shown as the answer is that of the node before (1) or not (0; at depth 1 as
     * well).
     */
    public static final List<String> OBSERVED = List.of("confidence", "margin", "entropy", "unchanged");

    private final PathTrie trie;
    private final PathCosts costs;
    private final int classes;
    private final Answers answers;
    private final int[] truth;
    private final int[] lengths;
    private final float @Nullable [][] complexity;
    private final int[] complexityPaths;

    /**
     * @param classes the number of classes of the answers
     * @param answers per node and example the class, which is also what a policy is shown; -1 at nodes without an exit; the
     *     root's array is empty
     * @param observations per node, {@link #OBSERVATIONS} numbers per example, example by example; the root's is empty
     * @param truth per example the right class; -1 if nobody knows
     * @param lengths per example the length of its sequence, 0 for none
     * @param complexity per example the predictor's probability of each of its classes; null without a predictor. On the
     *     decision split it must come from trees that did not see the example
     */
    public Outcomes(
            PathTrie trie,
            PathCosts costs,
            int classes,
            int[][] answers,
            float[][] observations,
            int[] truth,
            int[] lengths,
            float @Nullable [][] complexity) {
        this(
                trie,
                costs,
                classes,
                new Answers(answers, answers, observations, true, false),
                truth,
                lengths,
                complexity,
                IntStream.range(0, trie.menu().size()).toArray());
    }

    private Outcomes(
            PathTrie trie,
            PathCosts costs,
            int classes,
            Answers answers,
            int[] truth,
            int[] lengths,
            float @Nullable [][] complexity,
            int[] complexityPaths) {
        if (answers.count() != trie.nodes().size()) {
            throw new IllegalArgumentException("Answers of " + answers.count() + " nodes do not fit a trie of "
                    + trie.nodes().size());
        }
        this.trie = trie;
        this.costs = costs;
        this.classes = classes;
        this.answers = answers;
        this.truth = truth;
        this.lengths = lengths;
        this.complexity = complexity;
        this.complexityPaths = complexityPaths;
    }

    /** The same with a predictor's probabilities, whose classes are the paths of the menu. */
    public Outcomes withComplexity(float[][] probabilities) {
        return withComplexity(
                probabilities, IntStream.range(0, trie.menu().size()).toArray());
    }

    /**
     * The same with a predictor's probabilities.
     *
     * @param paths per class of the predictor the menu index of the path that it stands for
     */
    public Outcomes withComplexity(float[][] probabilities, int[] paths) {
        return new Outcomes(trie, costs, classes, answers, truth, lengths, probabilities, paths.clone());
    }

    /** The same with other costs, such as those of a predictor that came later. */
    public Outcomes withCosts(PathCosts others) {
        return new Outcomes(trie, others, classes, answers, truth, lengths, complexity, complexityPaths);
    }

    /** The same without a predictor. */
    public Outcomes withoutComplexity() {
        int[] paths = IntStream.range(0, trie.menu().size()).toArray();
        return new Outcomes(trie, costs, classes, answers, truth, lengths, null, paths);
    }

    /**
     * The same, but a policy takes other entries of the output for the answers.
     *
     * @param entries per node and example, as the answers of the constructor
     */
    public Outcomes withShown(int[][] entries) {
        return with(new Answers(answers.given, entries, answers.observations, answers.comparable, answers.replaced));
    }

    /**
     * The same, but an answer says only whether it is like that of full depth, as with embeddings. What a policy is shown
     * stays.
     *
     * @param verdicts per node and example one number for those that are like it, and another for those that are not; -1 at
     *     nodes without an exit
     */
    public Outcomes withVerdicts(int[][] verdicts) {
        return with(new Answers(verdicts, answers.shown, answers.observations, false, answers.replaced));
    }

    /** The same with other observations, shaped as the constructor says; to try what a policy needs to see. */
    public Outcomes withObservations(float[][] others) {
        return with(new Answers(answers.given, answers.shown, others, answers.comparable, true));
    }

    private Outcomes with(Answers others) {
        return new Outcomes(trie, costs, classes, others, truth, lengths, complexity, complexityPaths);
    }

    /** Some of the examples, in the order given. */
    public Outcomes select(int[] rows) {
        int[] someTruth = new int[rows.length];
        int[] someLengths = new int[rows.length];
        float[][] someComplexity = complexity == null ? null : new float[rows.length][];
        for (int i = 0; i < rows.length; i++) {
            someTruth[i] = truth[rows[i]];
            someLengths[i] = lengths[rows[i]];
            if (complexity != null && someComplexity != null) {
                someComplexity[i] = complexity[rows[i]];
            }
        }
        return new Outcomes(
                trie, costs, classes, answers.ofRows(rows), someTruth, someLengths, someComplexity, complexityPaths);
    }

    /**
     * The same for some of the paths. The predictor is kept only if all the paths that its classes stand for are.
     *
     * @param menu paths of this menu, cheapest first, full depth last
     * @throws IllegalArgumentException if a path is not of this menu, or the last one is not full depth
     */
    public Outcomes restrict(List<MenuPath> menu) {
        if (!trie.menu().containsAll(menu)) {
            throw new IllegalArgumentException("Not all of the paths are of this menu: " + menu);
        }
        MenuPath full = trie.menu().get(trie.menu().size() - 1);
        if (menu.isEmpty() || !menu.get(menu.size() - 1).equals(full)) {
            throw new IllegalArgumentException("The last path must be full depth");
        }
        PathTrie sub = PathTrie.of(menu, trie.layers());
        int[] here = new int[sub.nodes().size()];
        for (PathTrie.Node node : sub.nodes()) {
            if (node.index() == 0) {
                continue;
            }
            here[node.index()] = trie.after(trie.nodes().get(here[node.parent()]), node.layer())
                    .index();
        }
        int[] paths = new int[complexityPaths.length];
        boolean kept = complexity != null;
        for (int k = 0; k < paths.length; k++) {
            paths[k] = menu.indexOf(trie.menu().get(complexityPaths[k]));
            kept &= paths[k] >= 0;
        }
        int[] all = IntStream.range(0, menu.size()).toArray();
        Outcomes some = new Outcomes(sub, costs, classes, answers.atNodes(here), truth, lengths, null, all);
        return kept && complexity != null ? some.withComplexity(complexity, paths) : some;
    }

    /**
     * Whether equal answers of two nodes mean that the same was answered. It is false where answers say only whether they
     * are like that of full depth, as with embeddings.
     */
    public boolean comparesAnswers() {
        return answers.comparable;
    }

    public PathTrie trie() {
        return trie;
    }

    public PathCosts costs() {
        return costs;
    }

    public int classes() {
        return classes;
    }

    public int rows() {
        return truth.length;
    }

    public int answer(int node, int row) {
        return answers.given[node][row];
    }

    /**
     * The entry of the output at a node that a policy takes for the answer. With classes it is the answer; of an embedding,
     * whose numbers the platform shows as if they were scores, it is the place of the largest.
     *
     * @return -1 at nodes without an exit
     */
    public int shown(int node, int row) {
        return answers.shown[node][row];
    }

    /** Whether there is an exit at a node, the root aside. */
    public boolean hasExit(int node) {
        return rows() > 0 && shown(node, 0) >= 0;
    }

    public float observation(int node, int row, int index) {
        return answers.observations[node][row * OBSERVATIONS + index];
    }

    /**
     * Whether what is shown as the answer at a node is what was shown at an earlier one on the way, as "unchanged" says it of
     * the node before. A policy compares with the exit that it read last, which need not be at the node before. Where the
     * observations were replaced by others, what these say counts.
     *
     * @param before the earlier node; 0 for none
     * @return 1 or 0; 0 if there is no earlier node
     */
    public float unchanged(int node, int before, int row) {
        if (answers.replaced) {
            return observation(node, row, 3);
        }
        return before > 0 && shown(node, row) == shown(before, row) ? 1 : 0;
    }

    /** The largest probability of the exit at a node. */
    public float confidence(int node, int row) {
        return observation(node, row, 0);
    }

    public int truth(int row) {
        return truth[row];
    }

    public int length(int row) {
        return lengths[row];
    }

    /** Whether every example has a label. */
    public boolean isLabelled() {
        for (int label : truth) {
            if (label < 0) {
                return false;
            }
        }
        return true;
    }

    /** The predictor's probabilities for an example; null without a predictor. Not to be written to. */
    public float @Nullable [] complexity(int row) {
        return complexity == null ? null : complexity[row];
    }

    /** The number of the predictor's classes; 0 without a predictor. */
    public int complexityClasses() {
        return complexity == null ? 0 : complexityPaths.length;
    }

    /** The menu index of the path that a class of the predictor stands for. */
    public int complexityPath(int complexityClass) {
        return complexityPaths[complexityClass];
    }

    /** The node where full depth, the last path of the menu, ends. */
    public int fullDepthNode() {
        return trie.end(trie.menu().size() - 1).index();
    }

    public int pathAnswer(int path, int row) {
        return answer(trie.end(path).index(), row);
    }

    /** Whether a path answers as full depth does. */
    public boolean agrees(int path, int row) {
        return pathAnswer(path, row) == answer(fullDepthNode(), row);
    }

    public boolean isRight(int path, int row) {
        return pathAnswer(path, row) == truth[row];
    }

    /** FLOPs of a path for an example, without what deciding costs. */
    public double flops(int path, int row) {
        return costs.path(trie.menu().get(path), lengths[row]);
    }

    public double fullDepthFlops(int row) {
        return flops(trie.menu().size() - 1, row);
    }

    /**
     * What is known of every node.
     *
     * @param given per node and example the answer
     * @param shown per node and example the entry of the output that a policy takes for the answer
     * @param comparable whether equal answers mean that the same was answered
     * @param replaced whether others were put in the place of the observations
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    private record Answers(int[][] given, int[][] shown, float[][] observations, boolean comparable, boolean replaced) {
        Answers {
            if (shown.length != given.length || observations.length != given.length) {
                throw new IllegalArgumentException("There are answers of " + given.length + " nodes, what is shown of "
                        + shown.length + " and observations of " + observations.length);
            }
        }

        int count() {
            return given.length;
        }

        Answers ofRows(int[] rows) {
            float[][] some = new float[count()][];
            some[0] = new float[0];
            for (int node = 1; node < some.length; node++) {
                some[node] = new float[rows.length * OBSERVATIONS];
                for (int i = 0; i < rows.length; i++) {
                    System.arraycopy(
                            observations[node], rows[i] * OBSERVATIONS, some[node], i * OBSERVATIONS, OBSERVATIONS);
                }
            }
            return new Answers(ofRows(given, rows), ofRows(shown, rows), some, comparable, replaced);
        }

        private static int[][] ofRows(int[][] all, int[] rows) {
            int[][] some = new int[all.length][];
            some[0] = new int[0];
            for (int node = 1; node < some.length; node++) {
                int[] column = all[node];
                some[node] = IntStream.of(rows).map(row -> column[row]).toArray();
            }
            return some;
        }

        /** @param nodes per node of the new trie the one here, of equal layers */
        Answers atNodes(int[] nodes) {
            int[][] someGiven = new int[nodes.length][];
            int[][] someShown = new int[nodes.length][];
            float[][] some = new float[nodes.length][];
            for (int node = 0; node < nodes.length; node++) {
                someGiven[node] = given[nodes[node]];
                someShown[node] = shown[nodes[node]];
                some[node] = observations[nodes[node]];
            }
            return new Answers(someGiven, someShown, some, comparable, replaced);
        }
    }
}
