/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.vit;

/**
 * How the trunk is trained.
 *
 * @param epochs passes over the trunk split in the first cycle of the learning rate
 * @param secondEpochs passes in a second cycle, which starts at half the peak and ends near 0 again; 0 for none
 * @param batch images per step; a multiple of {@code shards}
 * @param shards parts of a batch that are computed side by side; part of the result, unlike {@code threads}
 * @param threads threads that compute shards
 * @param learningRate peak of the learning rate
 * @param warmUpSteps steps of linear warm-up
 * @param weightDecay decoupled weight decay of matrices
 * @param maxGradientNorm gradients are clipped to this norm
 * @param seed of starting weights, order of images, augmentation and sub-paths
 * @param augmentation changes of training images
 * @param distillation how sub-paths learn
 * @param checkpointSteps steps between checkpoints
 */
public record TrunkOptions(
        int epochs,
        int secondEpochs,
        int batch,
        int shards,
        int threads,
        double learningRate,
        int warmUpSteps,
        double weightDecay,
        double maxGradientNorm,
        long seed,
        Augmentation augmentation,
        Distillation distillation,
        int checkpointSteps) {
    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if one is out of range
     */
    public TrunkOptions {
        if (epochs < 1
                || secondEpochs < 0
                || batch < 1
                || shards < 1
                || threads < 1
                || batch % shards != 0
                || checkpointSteps < 1) {
            throw new IllegalArgumentException(
                    "epochs, batch, shards, threads and checkpointSteps must be positive, and batch a multiple of shards");
        }
    }

    /** What the reference model is trained with, apart from the numbers given. */
    public static TrunkOptions reference(int epochs, int secondEpochs, long seed) {
        return new TrunkOptions(
                epochs,
                secondEpochs,
                64,
                2,
                2,
                1e-3,
                300,
                0.05,
                1.0,
                seed,
                new Augmentation(1, true, 0.1),
                Distillation.DEFAULT,
                250);
    }

    /** Passes over the trunk split in both cycles. */
    public int totalEpochs() {
        return epochs + secondEpochs;
    }

    /** The learning rate of a step. */
    double rate(long step, int stepsPerEpoch) {
        long first = (long) stepsPerEpoch * epochs;
        if (step >= first) {
            return learningRate / 2 * cosine(step - first, (long) stepsPerEpoch * secondEpochs);
        }
        double warm = Math.min(1, (step + 1) / (double) Math.max(1, warmUpSteps));
        return learningRate * warm * cosine(step, first);
    }

    /** From 1 down to a hundredth. */
    private static double cosine(long step, long total) {
        return 0.01 + 0.99 * (0.5 + 0.5 * Math.cos(Math.PI * step / total));
    }

    /** The same with another number of threads, which does not change the result. */
    public TrunkOptions withThreads(int number) {
        return new TrunkOptions(
                epochs,
                secondEpochs,
                batch,
                shards,
                number,
                learningRate,
                warmUpSteps,
                weightDecay,
                maxGradientNorm,
                seed,
                augmentation,
                distillation,
                checkpointSteps);
    }

    /** What decides the result; a checkpoint can only be resumed with the same. */
    String fingerprint() {
        return "epochs=" + epochs + "+" + secondEpochs + " batch=" + batch + " shards=" + shards + " learningRate="
                + learningRate
                + " warmUpSteps=" + warmUpSteps + " weightDecay=" + weightDecay + " maxGradientNorm=" + maxGradientNorm
                + " seed=" + seed + " " + augmentation + " " + distillation;
    }
}
