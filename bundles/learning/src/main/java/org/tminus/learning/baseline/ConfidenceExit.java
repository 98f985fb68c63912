/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.baseline;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.tminus.learning.outcome.Basis;
import org.tminus.learning.outcome.Choices;
import org.tminus.learning.outcome.Outcomes;
import org.tminus.learning.outcome.PathTrie;
import org.tminus.learning.outcome.Spending;

/**
 * Early exit by confidence along the way to full depth: at every checkpoint the exit head is read and paid, and the walk
 * stops where the calibrated confidence reaches the threshold of that exit.
 *
 * <p>Each exit has a temperature T of its own, fitted on the decision split by the negative log-likelihood of "this answer
 * is kept": confidence p becomes sigmoid(logit(p) / T), which is temperature scaling of the answer against the rest. So one
 * threshold means the same at all exits. Immutable.
 */
public final class ConfidenceExit implements Decider {
    private static final int NEVER = 2;

    private final int[] checkpoints;
    private final double[] temperatures;
    private final double[] thresholds;
    /** The thresholds in confidences as the exits give them: what decides, here as where models are served. */
    private final float[] limits;

    private ConfidenceExit(int[] checkpoints, double[] temperatures, double[] thresholds) {
        this.checkpoints = checkpoints;
        this.temperatures = temperatures;
        this.thresholds = thresholds;
        this.limits = new float[thresholds.length];
        for (int i = 0; i < limits.length; i++) {
            limits[i] = uncalibrated(thresholds[i], temperatures[i]);
        }
    }

    /** The least confidence that reaches a threshold once it is calibrated; {@link #NEVER} if not even 1 does. */
    private static float uncalibrated(double threshold, double temperature) {
        if (threshold <= 0) {
            return 0;
        }
        if (!reaches(1, threshold, temperature)) {
            return NEVER;
        }
        // Floats from 0 on are in the order of their bits.
        int low = -1;
        int high = Float.floatToIntBits(1);
        while (high - low > 1) {
            int middle = (low + high) >>> 1;
            if (reaches(Float.intBitsToFloat(middle), threshold, temperature)) {
                high = middle;
            } else {
                low = middle;
            }
        }
        return Float.intBitsToFloat(high);
    }

    private static boolean reaches(float confidence, double threshold, double temperature) {
        return threshold < 1 && logit(confidence) >= logitOf(threshold) * temperature;
    }

    private static double logitOf(double probability) {
        return Math.log(probability / (1 - probability));
    }

    /** Calibrated at every exit that the menu has on the way to full depth; stops nowhere yet. */
    public static ConfidenceExit calibrated(Outcomes decision) {
        return calibrated(decision, depth -> true);
    }

    /**
     * Calibrated at some of the exits; stops nowhere yet.
     *
     * @param depths says of a number of layers whether the exit after them is read
     */
    public static ConfidenceExit calibrated(Outcomes decision, IntPredicate depths) {
        int[] nodes = exits(decision).stream()
                .filter(node -> depths.test(node.depth()))
                .mapToInt(PathTrie.Node::index)
                .toArray();
        Basis basis = Basis.of(decision);
        double[] temperatures = new double[nodes.length];
        for (int i = 0; i < nodes.length; i++) {
            temperatures[i] = temperature(decision, nodes[i], basis);
        }
        double[] never = new double[nodes.length];
        Arrays.fill(never, NEVER);
        return new ConfidenceExit(nodes, temperatures, never);
    }

    /** The nodes on the way to full depth where shorter paths end. */
    private static List<PathTrie.Node> exits(Outcomes outcomes) {
        List<PathTrie.Node> found = new ArrayList<>();
        PathTrie trie = outcomes.trie();
        PathTrie.Node at = trie.nodes().get(outcomes.fullDepthNode());
        while (at.parent() > 0) {
            at = trie.nodes().get(at.parent());
            if (at.path() >= 0) {
                found.add(0, at);
            }
        }
        return found;
    }

    private static double temperature(Outcomes decision, int node, Basis basis) {
        double low = -3;
        double high = 3;
        // The likelihood has one maximum in 1/T, so a golden section over ln T finds it.
        double golden = (Math.sqrt(5) - 1) / 2;
        double a = high - golden * (high - low);
        double b = low + golden * (high - low);
        double atA = loss(decision, node, basis, Math.exp(a));
        double atB = loss(decision, node, basis, Math.exp(b));
        while (high - low > 1e-3) {
            if (atA < atB) {
                high = b;
                b = a;
                atB = atA;
                a = high - golden * (high - low);
                atA = loss(decision, node, basis, Math.exp(a));
            } else {
                low = a;
                a = b;
                atA = atB;
                b = low + golden * (high - low);
                atB = loss(decision, node, basis, Math.exp(b));
            }
        }
        return Math.exp((low + high) / 2);
    }

    private static double loss(Outcomes decision, int node, Basis basis, double temperature) {
        double sum = 0;
        for (int row = 0; row < decision.rows(); row++) {
            double z = logit(decision.confidence(node, row)) / temperature;
            sum += Math.log1p(Math.exp(basis.isKept(decision, node, row) ? -z : z));
        }
        return sum;
    }

    private static double logit(double probability) {
        return logitOf(Math.min(1 - 1e-7, Math.max(1e-7, probability)));
    }

    private double confidence(Outcomes outcomes, int checkpoint, int row) {
        return 1 / (1 + Math.exp(-logit(outcomes.confidence(checkpoints[checkpoint], row)) / temperatures[checkpoint]));
    }

    /** Whether it would stop at a checkpoint, counted from 0 in order of depth, if it came there. */
    public boolean stopsAt(Outcomes outcomes, int checkpoint, int row) {
        return outcomes.confidence(checkpoints[checkpoint], row) >= limits[checkpoint];
    }

    /** The same with one threshold for all exits; from 1 on it never stops, and reads none. */
    public ConfidenceExit withThreshold(double threshold) {
        double[] same = new double[checkpoints.length];
        Arrays.fill(same, threshold);
        return withThresholds(same);
    }

    /**
     * The same with a threshold per exit, in order of depth. From 1 on, or where no confidence reaches it once calibrated, it
     * never stops there, so that the exit is no checkpoint any more: nobody pays for a head that decides nothing.
     */
    public ConfidenceExit withThresholds(double[] perExit) {
        if (perExit.length != checkpoints.length) {
            throw new IllegalArgumentException("There are " + checkpoints.length + " exits, not " + perExit.length);
        }
        int[] used = IntStream.range(0, perExit.length)
                .filter(i -> perExit[i] <= 0 || reaches(1, perExit[i], temperatures[i]))
                .toArray();
        return new ConfidenceExit(
                Arrays.stream(used).map(i -> checkpoints[i]).toArray(),
                Arrays.stream(used).mapToDouble(i -> temperatures[i]).toArray(),
                Arrays.stream(used).mapToDouble(i -> perExit[i]).toArray());
    }

    /** Per exit, in order of depth; a copy. */
    public double[] thresholds() {
        return thresholds.clone();
    }

    /** Per exit, in order of depth; a copy. */
    public double[] temperatures() {
        return temperatures.clone();
    }

    /**
     * The thresholds in confidences as the exits give them, calibration folded in: per exit, in order of depth. Each is the
     * float that decides, as the shortest decimal number that is read as that float.
     */
    public double[] uncalibratedThresholds() {
        double[] raw = new double[limits.length];
        for (int i = 0; i < raw.length; i++) {
            raw[i] = Double.parseDouble(Float.toString(limits[i]));
        }
        return raw;
    }

    /** The nodes of the trie where heads are read, in order of depth; a copy. */
    public int[] checkpoints() {
        return checkpoints.clone();
    }

    private Spending spending(Outcomes outcomes) {
        boolean[] read = new boolean[outcomes.trie().nodes().size()];
        for (int node : checkpoints) {
            read[node] = true;
        }
        return new Spending(outcomes, read, false);
    }

    @Override
    public Choices decide(Outcomes outcomes) {
        Spending spending = spending(outcomes);
        int[] paths = new int[outcomes.rows()];
        double[] flops = new double[paths.length];
        List<PathTrie.Node> nodes = outcomes.trie().nodes();
        for (int row = 0; row < paths.length; row++) {
            int node = outcomes.fullDepthNode();
            for (int i = 0; i < checkpoints.length; i++) {
                if (outcomes.confidence(checkpoints[i], row) >= limits[i]) {
                    node = checkpoints[i];
                    break;
                }
            }
            paths[row] = nodes.get(node).path();
            flops[row] = spending.answered(node, row);
        }
        return new Choices(outcomes, paths, flops);
    }

    /** One threshold for all exits, over the whole range, for these checkpoints. */
    public Family thresholdFamily(Outcomes decision) {
        Map<Double, ConfidenceExit> all = new LinkedHashMap<>();
        for (int i = 0; i <= 240; i++) {
            // Dense where it matters: near 1.
            double threshold = i == 240 ? 1 : 1 / (1 + Math.exp(3 - i * 13.0 / 240));
            all.put(threshold, withThreshold(threshold));
        }
        return Family.of("confidence", all, decision);
    }

    /**
     * The baseline: one threshold, over several schedules of checkpoints (all exits, every second, after 1, 2, 4, …
     * layers), since a head that is read has to be paid. Which schedule serves a cost best is chosen on the decision split.
     */
    public static Family family(Outcomes decision) {
        return Family.merged(
                "confidence",
                schedules().stream()
                        .map(schedule -> calibrated(decision, schedule).thresholdFamily(decision))
                        .toList());
    }

    /** A threshold per exit, best on the decision split for each of a range of prices; over the same schedules. */
    public static Family perExitFamily(Outcomes decision) {
        return Family.merged(
                "confidence-per-exit",
                schedules().stream()
                        .map(schedule -> {
                            ConfidenceExit plain = calibrated(decision, schedule);
                            Map<Double, ConfidenceExit> all = new LinkedHashMap<>();
                            for (double x = -6; x <= 2.01; x += 0.25) {
                                all.put(Math.exp(x), plain.fittedTo(decision, Math.exp(x)));
                            }
                            return Family.of("confidence-per-exit", all, decision);
                        })
                        .toList());
    }

    private static List<IntPredicate> schedules() {
        return List.of(depth -> true, depth -> depth % 2 == 0, depth -> Integer.bitCount(depth) == 1);
    }

    /**
     * Thresholds per exit that are best on the decision split for a price: exit by exit from the deepest, the others held,
     * until nothing improves. Each step is the exact optimum over all thresholds of that exit. Exits where stopping never
     * pays are no checkpoints any more, and the others are fitted anew without them.
     *
     * @param price quality that one full depth of FLOPs is worth
     */
    public ConfidenceExit fittedTo(Outcomes decision, double price) {
        double[] never = new double[checkpoints.length];
        Arrays.fill(never, NEVER);
        ConfidenceExit fitted = improved(decision, price, never);
        int before = checkpoints.length;
        while (fitted.checkpoints.length < before) {
            before = fitted.checkpoints.length;
            fitted = fitted.improved(decision, price, fitted.thresholds);
        }
        return fitted;
    }

    private ConfidenceExit improved(Outcomes decision, double price, double[] start) {
        int exits = checkpoints.length;
        int rows = decision.rows();
        Spending spending = spending(decision);
        Basis basis = Basis.of(decision);
        double unit = price / spending.meanFullDepth();
        double[][] confidence = new double[exits][rows];
        double[][] value = new double[exits + 1][rows];
        int[][] order = new int[exits][];
        for (int i = 0; i <= exits; i++) {
            int node = i < exits ? checkpoints[i] : decision.fullDepthNode();
            for (int row = 0; row < rows; row++) {
                value[i][row] = (basis.isKept(decision, node, row) ? 1 : 0) - unit * spending.answered(node, row);
                if (i < exits) {
                    confidence[i][row] = confidence(decision, i, row);
                }
            }
            if (i < exits) {
                double[] key = confidence[i];
                order[i] = IntStream.range(0, rows)
                        .boxed()
                        .sorted(Comparator.comparingDouble(row -> -key[row]))
                        .mapToInt(Integer::intValue)
                        .toArray();
            }
        }
        double[] tried = start.clone();
        double[] go = new double[rows];
        boolean[] reached = new boolean[rows];
        for (int sweep = 0; sweep < 8; sweep++) {
            double[] before = tried.clone();
            for (int i = exits - 1; i >= 0; i--) {
                for (int row = 0; row < rows; row++) {
                    reached[row] = true;
                    for (int j = 0; j < i && reached[row]; j++) {
                        reached[row] = confidence[j][row] < tried[j];
                    }
                    int end = i + 1;
                    while (end < exits && confidence[end][row] < tried[end]) {
                        end++;
                    }
                    go[row] = value[end][row];
                }
                tried[i] = bestLimit(order[i], confidence[i], value[i], go, reached);
            }
            if (Arrays.equals(before, tried)) {
                break;
            }
        }
        return withThresholds(tried);
    }

    private static double bestLimit(int[] order, double[] confidence, double[] stop, double[] go, boolean[] reached) {
        double best = 0;
        double limit = NEVER;
        double sum = 0;
        for (int i = 0; i < order.length; i++) {
            int row = order[i];
            if (reached[row]) {
                sum += stop[row] - go[row];
            }
            boolean last = i + 1 == order.length;
            if (sum > best && (last || confidence[order[i + 1]] < confidence[row])) {
                best = sum;
                limit = last ? 0 : (confidence[row] + confidence[order[i + 1]]) / 2;
            }
        }
        return limit;
    }
}
