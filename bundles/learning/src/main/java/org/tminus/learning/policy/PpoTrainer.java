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
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.tminus.learning.baseline.BudgetChoice;
import org.tminus.learning.baseline.ConfidenceExit;
import org.tminus.learning.baseline.CostSensitive;
import org.tminus.learning.baseline.Decider;
import org.tminus.learning.baseline.Family;
import org.tminus.learning.baseline.FixedPath;
import org.tminus.learning.baseline.Hull;
import org.tminus.learning.outcome.Basis;
import org.tminus.learning.outcome.Choices;
import org.tminus.learning.outcome.Outcomes;
import org.tminus.learning.outcome.PathTrie;

/**
 * Proximal policy optimisation of an {@link LstmPolicy} on cached outcomes. One network serves all budgets: each episode
 * draws an example and a budget, walks the trie by chance, and is rewarded as {@link PpoOptions} says. The same seed gives
 * the same policy on the same machine. Used by one thread.
 */
public final class PpoTrainer {
    /** Another one whenever the same examples and seed give another policy. */
    public static final String VERSION = "ppo-4";

    private static final int BUCKETS = 12;
    private static final double LEAST_INITIAL_PRICE = 0.002;
    private static final double SATURATED = 0.001;
    /** Rounds after imitation in which only the critic learns, so that its first guesses do not undo what was imitated. */
    private static final int CRITIC_ROUNDS = 3;

    private final PpoOptions options;
    private final Outcomes fit;
    private final Basis basis;
    private final LstmShape shape;
    private final Walk walk;
    private final Walk heldOut;
    private final double[] budgets;
    private final double[] initialPrices;
    private final int depth;
    private final @Nullable Teacher teacher;

    /**
     * Prepares; the baselines that prices and imitation begin from are fitted here, once for all seeds.
     *
     * @param fit examples of the decision split to train on
     * @param heldOut other examples of the decision split, to choose the best try by
     */
    public PpoTrainer(Outcomes fit, Outcomes heldOut, Loop loop, PpoOptions options) {
        this.options = options;
        this.fit = fit;
        this.basis = options.basisFor(fit);
        this.shape = new LstmShape(fit.trie().layers(), fit.complexityClasses(), options.hidden, loop);
        boolean softens = options.softness > 0 && basis == Basis.RIGHT && options.fixedPrice.isEmpty();
        Consensus consensus = softens ? Consensus.fit(fit) : null;
        this.walk = walk(fit, consensus);
        this.heldOut = walk(heldOut, consensus);
        this.depth =
                fit.trie().nodes().stream().mapToInt(PathTrie.Node::depth).max().orElse(0) + 1;
        Family start = startingFamily();
        this.budgets = budgets(start.hull());
        this.initialPrices = initialPrices(start.hull());
        boolean imitates = options.warmStart != WarmStart.NONE && options.warmStartSteps > 0;
        this.teacher = imitates ? teacher(start) : null;
    }

    private Walk walk(Outcomes outcomes, @Nullable Consensus consensus) {
        return new Walk(outcomes, shape, basis, consensus == null ? null : consensus.worth(outcomes, options.softness));
    }

    /** @param hull of the rules that training begins from */
    private double[] budgets(Hull hull) {
        if (options.fixedPrice.isPresent()) {
            return new double[] {1};
        }
        if (!options.budgets.isEmpty()) {
            return options.budgets.stream().mapToDouble(b -> b).sorted().toArray();
        }
        double cheapest = 0;
        int node = fit.trie().end(0).index();
        for (int row = 0; row < fit.rows(); row++) {
            cheapest += walk.paidToAnswer(node, row) / fit.rows();
        }
        double most = Math.min(1, 1.1 * saturation(hull));
        double least = Math.min(cheapest, 0.95 * most);
        // Steps of equal ratio, since where little is spent a little more matters most.
        return IntStream.range(0, BUCKETS)
                .mapToDouble(i ->
                        i == BUCKETS - 1 ? (most + 1) / 2 : least * Math.pow(most / least, (i + 0.5) / (BUCKETS - 1)))
                .toArray();
    }

    /** The least cost at which a hull is as good as it gets, but for what is noise. */
    private static double saturation(Hull hull) {
        List<Hull.Member> members = hull.members();
        double best = members.get(members.size() - 1).quality();
        return members.stream()
                .filter(member -> member.quality() > best - SATURATED)
                .findFirst()
                .orElseThrow()
                .flopsRatio();
    }

    private double[] initialPrices(Hull hull) {
        double[] prices = new double[budgets.length];
        if (options.fixedPrice.isPresent() || options.initialPrice.isPresent()) {
            Arrays.fill(prices, options.fixedPrice.orElse(options.initialPrice.orElse(0)));
            return prices;
        }
        for (int b = 0; b < prices.length; b++) {
            // Over some width, since the slope of a piece of the hull is noisy.
            double low = budgets[b] - 0.04;
            double high = budgets[b] + 0.04;
            double slope = (hull.quality(high) - hull.quality(low)) / (high - low);
            prices[b] = Math.max(LEAST_INITIAL_PRICE, options.keptWeight * slope);
        }
        return prices;
    }

    /** The best simple rules of the same loop. */
    private Family startingFamily() {
        if (shape.loop() == Loop.CLOSED) {
            ConfidenceExit plain = ConfidenceExit.calibrated(fit);
            Map<Double, Decider> perExit = new LinkedHashMap<>();
            for (double x = -6; x <= 1.01; x += 0.25) {
                perExit.put(Math.exp(x), plain.fittedTo(fit, Math.exp(x)));
            }
            return Family.merged(
                    "confidence", List.of(plain.thresholdFamily(fit), Family.of("per-exit", perExit, fit)));
        }
        Family fixed = FixedPath.family(fit);
        if (shape.complexityClasses() == 0) {
            return fixed;
        }
        return Family.merged(
                "open-loop",
                List.of(fixed, BudgetChoice.family(fit), CostSensitive.fit(fit).family(fit)));
    }

    private Teacher teacher(Family family) {
        if (options.warmStart == WarmStart.ORACLE) {
            return Teacher.choices(
                    walk, Arrays.stream(initialPrices).mapToObj(this::oracle).toArray(Choices[]::new));
        }
        if (options.fixedPrice.isPresent()) {
            // No budget is held, so the setting is the one that is best at the price.
            double price = options.fixedPrice.getAsDouble();
            Family.Setting best = family.settings().get(0);
            for (Family.Setting setting : family.settings()) {
                if (setting.quality() - price * setting.flopsRatio() > best.quality() - price * best.flopsRatio()) {
                    best = setting;
                }
            }
            return teacher(List.of(best.decider()));
        }
        return teacher(
                Arrays.stream(budgets).mapToObj(b -> family.within(b).decider()).toList());
    }

    private Teacher teacher(List<Decider> byBucket) {
        if (byBucket.stream().allMatch(ConfidenceExit.class::isInstance)) {
            return Teacher.confidence(
                    walk, byBucket.stream().map(ConfidenceExit.class::cast).toArray(ConfidenceExit[]::new));
        }
        return Teacher.choices(
                walk, byBucket.stream().map(decider -> decider.decide(fit)).toArray(Choices[]::new));
    }

    /** What somebody would choose who knows the answers and pays this price. */
    private Choices oracle(double price) {
        int[] paths = new int[fit.rows()];
        for (int row = 0; row < paths.length; row++) {
            double best = Double.NEGATIVE_INFINITY;
            for (int path = 0; path < fit.trie().menu().size(); path++) {
                int node = fit.trie().end(path).index();
                double worth = options.keptWeight * walk.kept(node, row) - price * walk.paidToAnswer(node, row);
                if (worth > best) {
                    best = worth;
                    paths[row] = path;
                }
            }
        }
        return new Choices(fit, paths, new double[paths.length]);
    }

    /** Trains from a seed. Long: seconds to a minute; {@link Thread#interrupt} is not looked at, progress may throw. */
    public PpoRun train(long seed, PpoProgress progress) {
        SplittableRandom random = new SplittableRandom(seed);
        Network network = new Network(shape).initialise(random.nextLong());
        double crossEntropy = 0;
        if (teacher != null) {
            crossEntropy = new Cloning(network, walk, teacher, budgets, depth)
                    .run(options.warmStartSteps, 5e-3, random.split());
        }
        Best best = new Best();
        best.offer(network, -1);
        double startScore = best.score;
        Prices prices = new Prices(budgets, initialPrices, options);
        // Rounds in which only the critic learns would leave the actor's moments at 0, and its first steps too long.
        Adam criticAdam = new Adam(network.parameters.length);
        Adam adam = new Adam(network.parameters.length);
        Rows rows = new Rows(random.split());
        List<UpdateFigures> curve = new ArrayList<>();
        Rollout rollout = new Rollout(options.episodes, depth);
        Unroll unroll = new Unroll(network, walk, budgets, depth, options.minibatch);
        for (int update = 0; update < options.updates; update++) {
            double[] paid = prices.effective();
            for (int e = 0; e < rollout.count; e++) {
                rollout.row[e] = rows.next();
                rollout.bucket[e] = e % budgets.length;
            }
            rollout.walk(
                    network,
                    walk,
                    budgets,
                    new Rollout.Rewards(walk, options.keptWeight, options.shaping, paid),
                    options.gaeLambda,
                    random);
            boolean criticOnly = teacher != null && update < CRITIC_ROUNDS;
            UpdateFigures figures =
                    learn(network, criticOnly ? criticAdam : adam, unroll, rollout, update, criticOnly, paid, random);
            curve.add(figures);
            prices.update(figures.ratios().stream().mapToDouble(r -> r).toArray());
            boolean last = update + 1 == options.updates;
            if (last || (update + 1) % options.evaluateEvery == 0) {
                best.offer(network, update);
            }
            progress.updated(seed, figures, options.updates);
        }
        return finish(seed, best, curve, crossEntropy, startScore);
    }

    private UpdateFigures learn(
            Network network,
            Adam adam,
            Unroll unroll,
            Rollout rollout,
            int update,
            boolean criticOnly,
            double[] paid,
            SplittableRandom random) {
        double done = (double) update / options.updates;
        double rate = options.learningRate * (1 - 0.9 * done);
        double entropyWeight = options.entropyStart * Math.pow(options.entropyEnd / options.entropyStart, done);
        double[] gradient = new double[network.parameters.length];
        int[] order = rollout.all();
        double kl = 0;
        double entropy = 0;
        double clipped = 0;
        double valueLoss = 0;
        for (int epoch = 0; epoch < options.epochs; epoch++) {
            shuffle(order, random);
            double decisions = 0;
            double steps = 0;
            kl = 0;
            entropy = 0;
            clipped = 0;
            valueLoss = 0;
            for (int from = 0; from < order.length; from += options.minibatch) {
                int[] some = Arrays.copyOfRange(order, from, Math.min(order.length, from + options.minibatch));
                PpoLoss loss = new PpoLoss(network, walk, rollout, some, options, entropyWeight);
                Arrays.fill(gradient, 0);
                unroll.learn(rollout, rollout.longestFirst(some), loss, gradient);
                // The critic comes last.
                int learned = criticOnly ? network.critic : 0;
                adam.update(network.parameters, gradient, learned, rate, options.maxNorm, options.weightDecay);
                kl += loss.kl;
                entropy += loss.entropy;
                clipped += loss.clipped;
                valueLoss += loss.valueLoss;
                decisions += loss.decisions;
                steps += loss.steps;
            }
            double all = Math.max(1, decisions);
            kl /= all;
            entropy /= all;
            clipped /= all;
            valueLoss /= Math.max(1, steps);
            if (kl > options.targetKl) {
                break;
            }
        }
        return figures(update, rollout, paid, kl, entropy, clipped, valueLoss);
    }

    private UpdateFigures figures(
            int update, Rollout rollout, double[] paid, double kl, double entropy, double clipped, double valueLoss) {
        double[] count = new double[budgets.length];
        double[] ratio = new double[budgets.length];
        double[] kept = new double[budgets.length];
        double reward = 0;
        double allRatio = 0;
        double allKept = 0;
        for (int e = 0; e < rollout.count; e++) {
            int b = rollout.bucket[e];
            count[b]++;
            ratio[b] += rollout.ratio[e];
            kept[b] += rollout.kept[e];
            reward += options.keptWeight * rollout.kept[e] - paid[b] * rollout.ratio[e];
            allRatio += rollout.ratio[e];
            allKept += rollout.kept[e];
        }
        for (int b = 0; b < budgets.length; b++) {
            ratio[b] /= Math.max(1, count[b]);
            kept[b] /= Math.max(1, count[b]);
        }
        return new UpdateFigures(
                update,
                reward / rollout.count,
                allKept / rollout.count,
                allRatio / rollout.count,
                kl,
                entropy,
                clipped,
                valueLoss,
                list(paid),
                list(ratio),
                list(kept));
    }

    private PpoRun finish(long seed, Best best, List<UpdateFigures> curve, double crossEntropy, double startScore) {
        LstmPolicy policy = best.policy();
        List<BudgetPoint> points = new ArrayList<>();
        List<Choices> choices = new ArrayList<>();
        List<Double> qualities = new ArrayList<>();
        double reward = 0;
        // Faults are looked for in what training came to, not in the best try on the way.
        LstmPolicy last = best.last();
        for (int b = 0; b < budgets.length; b++) {
            Choices there = policy.decide(heldOut, budgets[b]);
            points.add(BudgetTable.point(budgets[b], there));
            reward += (options.keptWeight * heldOut.worth(there) - initialPrices[b] * there.flopsRatio())
                    / budgets.length;
            Choices here = last.decide(walk, budgets[b]);
            choices.add(here);
            qualities.add(basis.quality(here));
        }
        return new PpoRun(
                seed,
                policy,
                list(budgets),
                curve,
                points,
                best.score,
                reward,
                best.update,
                new PpoRun.WarmStartFigures(
                        options.warmStart,
                        options.warmStart == WarmStart.NONE ? 0 : options.warmStartSteps,
                        crossEntropy,
                        startScore),
                RewardDiagnosis.of(
                        curve, list(budgets), choices, qualities, options.keptWeight, options.fixedPrice.isPresent()));
    }

    private static List<Double> list(double[] values) {
        return Arrays.stream(values).boxed().toList();
    }

    private static void shuffle(int[] values, SplittableRandom random) {
        for (int i = values.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int kept = values[i];
            values[i] = values[j];
            values[j] = kept;
        }
    }

    /** Examples in random order, each once before any comes again. */
    private final class Rows {
        private final SplittableRandom random;
        private final int[] order = IntStream.range(0, walk.rows()).toArray();
        private int at = order.length;

        Rows(SplittableRandom random) {
            this.random = random;
        }

        int next() {
            if (at == order.length) {
                shuffle(order, random);
                at = 0;
            }
            return order[at++];
        }
    }

    /** The best try so far on the held-out examples, and the last one. */
    private final class Best {
        private double score = Double.NEGATIVE_INFINITY;
        private int update = -1;
        private LstmPolicy policy = LstmPolicy.of(new Network(shape));
        private LstmPolicy last = policy;

        void offer(Network network, int at) {
            last = LstmPolicy.of(network);
            double offered = score(last);
            if (offered > score) {
                score = offered;
                update = at;
                policy = last;
            }
        }

        LstmPolicy policy() {
            return policy;
        }

        LstmPolicy last() {
            return last;
        }
    }

    private double score(LstmPolicy policy) {
        if (options.fixedPrice.isPresent()) {
            Choices choices = policy.decide(heldOut, budgets[0]);
            return options.keptWeight * heldOut.worth(choices)
                    - options.fixedPrice.getAsDouble() * choices.flopsRatio();
        }
        List<Hull.Member> members = new ArrayList<>();
        for (double budget : budgets) {
            Choices choices = policy.decide(heldOut, budget);
            members.add(new Hull.Member(String.valueOf(budget), choices.flopsRatio(), heldOut.worth(choices)));
        }
        Hull hull = Hull.of(members);
        double sum = 0;
        for (double budget : budgets) {
            sum += hull.quality(budget);
        }
        return sum / budgets.length;
    }
}
