/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.policy;

import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import org.tminus.learning.outcome.Basis;

/**
 * Settings of the training. The reward of an episode at budget b has three levels, each paid as soon as it is earned:
 *
 * <ol>
 *   <li><em>Answer kept</em>: {@code keptWeight} if the answer at the end is kept ({@link Basis}), with labels softened by
 *       {@code softness}. With {@code shaping} it is
 *       paid densely as the difference of a potential: a step from a place to the next earns {@code keptWeight * (kept there -
 *       kept here)}, where at the root the answer of full depth counts. These differences sum to the same total but for what
 *       full depth gives, which no policy can change, so no other policy becomes the best; but a step learns at once whether
 *       it was of use.
 *   <li><em>FLOPs saved</em>: each step pays {@code price(b) * FLOPs / mean full depth} for all it computes: stem, predictor,
 *       layers, heads read, the policy itself.
 *   <li><em>Budget held</em>: the price is the Lagrange multiplier of "the mean ratio at budget b is b", adapted by dual
 *       ascent in its logarithm: {@code ln price(b) += dualRate * (ratio(b) - b) / b} after each update. {@code budgetWeight}
 *       adds the damping of an augmented Lagrangian: what is paid is {@code price(b) * max(0, 1 + budgetWeight *
 *       (ratio(b) - b) / b)}, the ratio that of the update before.
 * </ol>
 *
 * <p>The rewards of a budget are divided by {@code sqrt(price + 0.05)}, so that budgets where little is at stake are learned
 * as well as others; that changes no budget's best policy.
 *
 * <p>Immutable; made by {@link #builder}.
 */
public final class PpoOptions {
    final int hidden;
    final @Nullable Basis basis;
    final List<Double> budgets;
    final int updates;
    final int episodes;
    final int epochs;
    final int minibatch;
    final double learningRate;
    final double clip;
    final double valueClip;
    final double gaeLambda;
    final double valueWeight;
    final double entropyStart;
    final double entropyEnd;
    final double maxNorm;
    final double weightDecay;
    final double softness;
    final double targetKl;
    final double keptWeight;
    final boolean shaping;
    final OptionalDouble fixedPrice;
    final OptionalDouble initialPrice;
    final double dualRate;
    final double budgetWeight;
    final WarmStart warmStart;
    final int warmStartSteps;
    final double heldOutShare;
    final int evaluateEvery;

    private PpoOptions(Builder builder) {
        hidden = builder.hidden;
        basis = builder.basis;
        budgets = builder.budgets;
        updates = builder.updates;
        episodes = builder.episodes;
        epochs = builder.epochs;
        minibatch = Math.min(builder.minibatch, builder.episodes);
        learningRate = builder.learningRate;
        clip = builder.clip;
        valueClip = builder.valueClip;
        gaeLambda = builder.gaeLambda;
        valueWeight = builder.valueWeight;
        entropyStart = builder.entropyStart;
        entropyEnd = builder.entropyEnd;
        maxNorm = builder.maxNorm;
        weightDecay = builder.weightDecay;
        softness = builder.softness;
        targetKl = builder.targetKl;
        keptWeight = builder.keptWeight;
        shaping = builder.shaping;
        fixedPrice = builder.fixedPrice;
        initialPrice = builder.initialPrice;
        dualRate = builder.dualRate;
        budgetWeight = builder.budgetWeight;
        warmStart = builder.warmStart;
        warmStartSteps = builder.warmStartSteps;
        heldOutShare = builder.heldOutShare;
        evaluateEvery = builder.evaluateEvery;
    }

    /** Starts from the defaults, which are for about 10,000 examples and 4 to 12 layers. */
    public static Builder builder() {
        return new Builder();
    }

    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.hidden = hidden;
        builder.basis = basis;
        builder.budgets = budgets;
        builder.updates = updates;
        builder.episodes = episodes;
        builder.epochs = epochs;
        builder.minibatch = minibatch;
        builder.learningRate = learningRate;
        builder.clip = clip;
        builder.valueClip = valueClip;
        builder.gaeLambda = gaeLambda;
        builder.valueWeight = valueWeight;
        builder.entropyStart = entropyStart;
        builder.entropyEnd = entropyEnd;
        builder.maxNorm = maxNorm;
        builder.weightDecay = weightDecay;
        builder.softness = softness;
        builder.targetKl = targetKl;
        builder.keptWeight = keptWeight;
        builder.shaping = shaping;
        builder.fixedPrice = fixedPrice;
        builder.initialPrice = initialPrice;
        builder.dualRate = dualRate;
        builder.budgetWeight = budgetWeight;
        builder.warmStart = warmStart;
        builder.warmStartSteps = warmStartSteps;
        builder.heldOutShare = heldOutShare;
        builder.evaluateEvery = evaluateEvery;
        return builder;
    }

    /** The basis in force for outcomes: the one that was set, else labels where every example has one. */
    public Basis basisFor(org.tminus.learning.outcome.Outcomes outcomes) {
        return basis == null ? Basis.of(outcomes) : basis;
    }

    /** Collects settings. Not thread-safe. */
    public static final class Builder {
        private int hidden = 12;
        private @Nullable Basis basis;
        private List<Double> budgets = List.of();
        private int updates = 80;
        private int episodes = 2048;
        private int epochs = 4;
        private int minibatch = 256;
        private double learningRate = 1e-2;
        private double clip = 0.2;
        private double valueClip = 0.5;
        private double gaeLambda = 0.95;
        private double valueWeight = 0.1;
        private double entropyStart = 0.01;
        private double entropyEnd = 0.0005;
        private double maxNorm = 0.5;
        private double weightDecay = 0.05;
        private double softness = 0.8;
        private double targetKl = 0.03;
        private double keptWeight = 1;
        private boolean shaping = true;
        private OptionalDouble fixedPrice = OptionalDouble.empty();
        private OptionalDouble initialPrice = OptionalDouble.empty();
        private double dualRate = 0.1;
        private double budgetWeight = 1;
        private WarmStart warmStart = WarmStart.BASELINE;
        private int warmStartSteps = 300;
        private double heldOutShare = 0.25;
        private int evaluateEvery = 10;

        /** Hidden units of the LSTM. */
        public Builder hidden(int units) {
            hidden = units;
            return this;
        }

        /** What counts as a kept answer; by default the right one where there are labels, else that of full depth. */
        public Builder basis(Basis kept) {
            basis = kept;
            return this;
        }

        /**
         * The grid that budgets are drawn from; by default 12, closer together the cheaper, from the cheapest path to where the
         * best simple rules gain no more, and one beyond.
         */
        public Builder budgets(List<Double> grid) {
            budgets = List.copyOf(grid);
            return this;
        }

        /** Rounds of collecting and learning. */
        public Builder updates(int rounds) {
            updates = rounds;
            return this;
        }

        /** Episodes per round. */
        public Builder episodes(int perRound) {
            episodes = perRound;
            return this;
        }

        /** How often each round's episodes are learned from. */
        public Builder epochs(int times) {
            epochs = times;
            return this;
        }

        /** Episodes per gradient step. */
        public Builder minibatch(int perStep) {
            minibatch = perStep;
            return this;
        }

        /** The rate at the beginning; falls in a straight line to a tenth. */
        public Builder learningRate(double rate) {
            learningRate = rate;
            return this;
        }

        /** How far the probability of an action may move within a round, such as 0.2. */
        public Builder clip(double range) {
            clip = range;
            return this;
        }

        /** How far the critic may move within a round, in scaled reward. */
        public Builder valueClip(double range) {
            valueClip = range;
            return this;
        }

        /** The lambda of generalised advantages; episodes are short, so nothing is discounted. */
        public Builder gaeLambda(double lambda) {
            gaeLambda = lambda;
            return this;
        }

        /** Weight of the critic's loss. */
        public Builder valueWeight(double weight) {
            valueWeight = weight;
            return this;
        }

        /** Weight of the entropy at the beginning and at the end; geometric between. */
        public Builder entropy(double start, double end) {
            entropyStart = start;
            entropyEnd = end;
            return this;
        }

        /** The largest norm of a gradient. */
        public Builder maxNorm(double norm) {
            maxNorm = norm;
            return this;
        }

        /** How fast weights shrink on their own, times the learning rate per step; against learning the examples by heart. */
        public Builder weightDecay(double decay) {
            weightDecay = decay;
            return this;
        }

        /**
         * With labels the share of an answer's worth that is its chance to be right, as all exits together judge it; the rest
         * is whether it is right. A single label is mostly noise to whoever meets the next example that looks alike. 0 where
         * the price is fixed.
         */
        public Builder softness(double share) {
            softness = share;
            return this;
        }

        /** A round ends early once the policy has moved this far (KL divergence in nats). */
        public Builder targetKl(double divergence) {
            targetKl = divergence;
            return this;
        }

        /** Reward of a kept answer. */
        public Builder keptWeight(double weight) {
            keptWeight = weight;
            return this;
        }

        /** Whether a kept answer is paid step by step. */
        public Builder shaping(boolean dense) {
            shaping = dense;
            return this;
        }

        /** One price for ever and one budget of 1: no budget is held. For comparison with the exact optimum. */
        public Builder fixedPrice(double price) {
            fixedPrice = OptionalDouble.of(price);
            return this;
        }

        /** The price at the beginning; by default what the baseline's hull pays at the budget. */
        public Builder initialPrice(double price) {
            initialPrice = OptionalDouble.of(price);
            return this;
        }

        /** How fast prices follow. */
        public Builder dualRate(double rate) {
            dualRate = rate;
            return this;
        }

        /** Damping by the deviation from the budget. */
        public Builder budgetWeight(double weight) {
            budgetWeight = weight;
            return this;
        }

        /** Whom to imitate first. */
        public Builder warmStart(WarmStart start) {
            warmStart = start;
            return this;
        }

        /** Gradient steps of imitation. */
        public Builder warmStartSteps(int steps) {
            warmStartSteps = steps;
            return this;
        }

        /** The share of the decision split that {@link PpoStudy} chooses by and never trains on. */
        public Builder heldOutShare(double share) {
            heldOutShare = share;
            return this;
        }

        /** After how many rounds the policy is tried on held-out examples; the best try is what is kept. */
        public Builder evaluateEvery(int rounds) {
            evaluateEvery = rounds;
            return this;
        }

        /** @throws IllegalArgumentException if a setting is out of range */
        public PpoOptions build() {
            require(hidden > 0 && updates > 0 && episodes > 0 && epochs > 0 && minibatch > 0, "counts are positive");
            require(evaluateEvery > 0 && warmStartSteps >= 0, "counts are positive");
            require(clip > 0 && clip < 1 && valueClip > 0, "clip ranges are above 0");
            require(gaeLambda >= 0 && gaeLambda <= 1, "the lambda of the advantages is 0 to 1");
            require(entropyStart > 0 && entropyEnd > 0, "weights of the entropy are above 0");
            require(heldOutShare > 0 && heldOutShare < 1, "the held-out share is between 0 and 1");
            require(budgets.stream().allMatch(b -> b > 0 && b <= 1), "budgets are above 0, to 1");
            require(weightDecay >= 0, "the decay of weights is not negative");
            require(softness >= 0 && softness <= 1, "the softness is 0 to 1");
            require(learningRate > 0 && maxNorm > 0 && targetKl > 0, "rate, norm and divergence are above 0");
            return new PpoOptions(this);
        }

        private static void require(boolean holds, String rule) {
            if (!holds) {
                throw new IllegalArgumentException("Options of the training: " + rule);
            }
        }
    }
}
