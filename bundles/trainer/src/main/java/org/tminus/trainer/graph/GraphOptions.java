/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.graph;

import java.util.function.Consumer;

/**
 * How a model is trained. Start with {@link #of} and change what differs.
 *
 * @param epochs passes over the trunk split
 * @param batch examples per step; a multiple of {@code shards}
 * @param shards parts of a batch that are computed side by side; part of the result, unlike {@code threads}
 * @param threads threads that compute shards
 * @param learningRate peak for the weights of the model
 * @param headLearningRate peak for exit heads and what comes after the last layer
 * @param warmUpSteps steps of linear warm-up; a cosine down to a hundredth follows
 * @param weightDecay decoupled weight decay of matrices that are trained whole
 * @param maxGradientNorm gradients are clipped to this norm
 * @param labelSmoothing share of a label that is spread over all classes, for the full path
 * @param teacherWeight share of the full path's loss that comes from the teacher, where there is one
 * @param trainable which weights are trained
 * @param losses how sub-paths learn
 * @param seed of order, sub-paths and fresh weights
 * @param checkpointSteps steps between checkpoints
 * @param precision of matrix products in training steps; weights, norms, losses and every evaluation are float32
 */
public record GraphOptions(
        int epochs,
        int batch,
        int shards,
        int threads,
        double learningRate,
        double headLearningRate,
        int warmUpSteps,
        double weightDecay,
        double maxGradientNorm,
        double labelSmoothing,
        double teacherWeight,
        Trainable trainable,
        PathLosses losses,
        long seed,
        int checkpointSteps,
        Precision precision) {
    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if one is out of range
     */
    public GraphOptions {
        if (epochs < 1 || batch < 1 || shards < 1 || threads < 1 || batch % shards != 0 || checkpointSteps < 1) {
            throw new IllegalArgumentException(
                    "epochs, batch, shards, threads and checkpointSteps must be positive, and batch a multiple of shards");
        }
        if (labelSmoothing < 0 || labelSmoothing >= 1 || teacherWeight < 0 || teacherWeight > 1) {
            throw new IllegalArgumentException("labelSmoothing and teacherWeight are shares, from 0 to 1");
        }
    }

    /** For models that are trained from nothing, two shards on two threads. */
    public static GraphOptions of(int epochs, int batch, long seed) {
        return new GraphOptions(
                epochs,
                batch,
                2,
                2,
                1e-3,
                1e-3,
                200,
                0.01,
                1.0,
                0,
                0.5,
                Trainable.all(),
                PathLosses.DEFAULT,
                seed,
                500,
                Precision.FLOAT32);
    }

    /** For encoders that were trained before: lower rates, all but the tables of tokens. */
    public static GraphOptions fineTuning(int epochs, int batch, long seed) {
        return of(epochs, batch, seed)
                .withLearningRates(1e-4, 2e-3)
                .withWarmUpSteps(100)
                .withTrainable(Trainable.allButEmbeddings());
    }

    /** The same with another value. */
    public GraphOptions withLearningRates(double model, double heads) {
        return with(draft -> {
            draft.learningRate = model;
            draft.headLearningRate = heads;
        });
    }

    /** The same with another value. */
    public GraphOptions withWarmUpSteps(int steps) {
        return with(draft -> draft.warmUpSteps = steps);
    }

    /** The same with another value. */
    public GraphOptions withWeightDecay(double decay) {
        return with(draft -> draft.weightDecay = decay);
    }

    /** The same with another value. */
    public GraphOptions withLabelSmoothing(double share) {
        return with(draft -> draft.labelSmoothing = share);
    }

    /** The same with another value. */
    public GraphOptions withTeacherWeight(double share) {
        return with(draft -> draft.teacherWeight = share);
    }

    /** The same with another value. */
    public GraphOptions withTrainable(Trainable set) {
        return with(draft -> draft.trainable = set);
    }

    /** The same with another value. */
    public GraphOptions withLosses(PathLosses other) {
        return with(draft -> draft.losses = other);
    }

    /** The same with another value. */
    public GraphOptions withShards(int number) {
        return with(draft -> draft.shards = number);
    }

    /** The same with another value. */
    public GraphOptions withThreads(int number) {
        return with(draft -> draft.threads = number);
    }

    /** The same with another value. */
    public GraphOptions withCheckpointSteps(int steps) {
        return with(draft -> draft.checkpointSteps = steps);
    }

    /** The same with another value. */
    public GraphOptions withPrecision(Precision other) {
        return with(draft -> draft.precision = other);
    }

    private GraphOptions with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.done();
    }

    /** The values of a new instance while they are being changed. */
    private static final class Draft {
        int epochs;
        int batch;
        int shards;
        int threads;
        double learningRate;
        double headLearningRate;
        int warmUpSteps;
        double weightDecay;
        double maxGradientNorm;
        double labelSmoothing;
        double teacherWeight;
        Trainable trainable;
        PathLosses losses;
        long seed;
        int checkpointSteps;
        Precision precision;

        Draft(GraphOptions from) {
            epochs = from.epochs;
            batch = from.batch;
            shards = from.shards;
            threads = from.threads;
            learningRate = from.learningRate;
            headLearningRate = from.headLearningRate;
            warmUpSteps = from.warmUpSteps;
            weightDecay = from.weightDecay;
            maxGradientNorm = from.maxGradientNorm;
            labelSmoothing = from.labelSmoothing;
            teacherWeight = from.teacherWeight;
            trainable = from.trainable;
            losses = from.losses;
            seed = from.seed;
            checkpointSteps = from.checkpointSteps;
            precision = from.precision;
        }

        GraphOptions done() {
            return new GraphOptions(
                    epochs,
                    batch,
                    shards,
                    threads,
                    learningRate,
                    headLearningRate,
                    warmUpSteps,
                    weightDecay,
                    maxGradientNorm,
                    labelSmoothing,
                    teacherWeight,
                    trainable,
                    losses,
                    seed,
                    checkpointSteps,
                    precision);
        }
    }

    /** The learning rate of a step, as a share of the peak. */
    double rateShare(long step, long total) {
        double warm = Math.min(1, (step + 1) / (double) Math.max(1, warmUpSteps));
        return warm * (0.01 + 0.99 * (0.5 + 0.5 * Math.cos(Math.PI * step / total)));
    }

    /** What decides the result; a checkpoint can only be resumed with the same. */
    String fingerprint() {
        return withThreads(1).withCheckpointSteps(1).toString();
    }
}
