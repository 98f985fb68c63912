/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.vit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.tminus.learning.data.Split;
import org.tminus.trainer.Progress;
import org.tminus.trainer.ProgressListener;
import org.tminus.trainer.data.SplitAccess;
import org.tminus.trainer.data.SplitReader;
import org.tminus.trainer.graph.DivergedException;

/**
 * Trains the weights of a model on the trunk split; the decision split chooses the epoch that is kept.
 *
 * <p>With the same options, data, machine and versions the result is the same to the bit, whether or not the run was
 * interrupted. Use an instance once, from one thread.
 */
public final class TrunkTrainer {
    private static final long ORDER = 1;
    private static final long AUGMENT = 2;
    private static final long PLAN = 3;

    private final VitParameters parameters;
    private final TrunkOptions options;
    private final SplitReader trunk;
    private final SplitReader decision;
    private final String fingerprint;
    private final Normalisation normalisation;
    private final ProgressListener listener;
    private final @Nullable Teacher teacher;

    /** Opens the trunk and the decision split for training. */
    public TrunkTrainer(
            VitConfig config,
            TrunkOptions options,
            SplitAccess data,
            Normalisation normalisation,
            ProgressListener listener) {
        this(config, options, data, normalisation, null, listener);
    }

    /**
     * Opens the trunk and the decision split for training.
     *
     * @param teacher a finished model that this one learns from as well; {@code null} for none
     */
    public TrunkTrainer(
            VitConfig config,
            TrunkOptions options,
            SplitAccess data,
            Normalisation normalisation,
            @Nullable Teacher teacher,
            ProgressListener listener) {
        this.teacher = teacher;
        this.parameters = new VitParameters(config);
        this.options = options;
        this.trunk = data.open(Split.TRUNK);
        this.decision = data.open(Split.DECISION);
        this.normalisation = normalisation;
        this.listener = listener;
        this.fingerprint = config + " " + options.fingerprint() + " data=" + data.fingerprint()
                + (teacher == null ? "" : " with teacher");
    }

    /**
     * Trains to the end, or until {@code stop} says so.
     *
     * @param folder where the checkpoint is kept and, if there is one, resumed from
     * @param stop asked after each step; if true, a checkpoint is written and the answer is {@code null}
     * @throws IOException if a checkpoint cannot be read or written
     */
    public @Nullable TrunkResult train(Path folder, BooleanSupplier stop) throws IOException {
        Files.createDirectories(folder);
        Path file = folder.resolve("trunk.checkpoint");
        TrunkState state;
        if (Files.exists(file)) {
            state = TrunkState.read(file, fingerprint, parameters.size());
            listener.message("resuming at step " + state.step + " from the checkpoint in " + folder);
        } else {
            state = new TrunkState(parameters.initialise(options.seed()));
        }
        try (ShardGroup group = new ShardGroup(parameters, normalisation, options.shards(), options.threads())) {
            return run(state, file, stop, group);
        }
    }

    private @Nullable TrunkResult run(TrunkState state, Path file, BooleanSupplier stop, ShardGroup group)
            throws IOException {
        int stepsPerEpoch = trunk.size() / options.batch();
        if (stepsPerEpoch == 0) {
            throw new IllegalArgumentException(
                    "a batch of " + options.batch() + " is larger than the trunk split of " + trunk.size());
        }
        long total = (long) stepsPerEpoch * options.totalEpochs();
        AdamW optimiser =
                new AdamW(parameters, state.first, state.second, options.weightDecay(), options.maxGradientNorm());
        float[] gradients = new float[parameters.size()];
        int[] order = new int[0];
        long orderEpoch = -1;
        long started = System.nanoTime();
        long startStep = state.step;
        double meanFull = Double.NaN;
        double meanSub = Double.NaN;
        while (state.step < total) {
            long epoch = state.step / stepsPerEpoch;
            if (epoch != orderEpoch) {
                order = shuffled(epoch);
                orderEpoch = epoch;
            }
            int from = (int) (state.step % stepsPerEpoch) * options.batch();
            int[] rows = Arrays.copyOfRange(order, from, from + options.batch());
            StepPlan plan = StepPlan.draw(
                    parameters.config(),
                    options.distillation(),
                    new SplittableRandom(Mixing.mix(options.seed(), PLAN, state.step)));
            double[] losses = group.gradients(
                    state.weights,
                    rows,
                    (row, target) -> augmented(row, epoch, target),
                    trunk,
                    teacher,
                    plan,
                    options.distillation(),
                    gradients);
            optimiser.step(state.weights, gradients, options.rate(state.step, stepsPerEpoch), state.step);
            state.step++;
            meanFull = Double.isNaN(meanFull) ? losses[0] : 0.98 * meanFull + 0.02 * losses[0];
            meanSub = Double.isNaN(meanSub) ? losses[1] : 0.98 * meanSub + 0.02 * losses[1];
            if (!Double.isFinite(losses[0] + losses[1])) {
                throw new DivergedException(state.step);
            }
            listener.progress(progress(state.step, total, startStep, started, meanFull, meanSub));
            boolean endOfEpoch = state.step % stepsPerEpoch == 0;
            if (endOfEpoch) {
                judge(state, (int) epoch + 1, group);
            }
            boolean stopping = stop.getAsBoolean() && state.step < total;
            if (endOfEpoch || stopping || state.step % options.checkpointSteps() == 0) {
                state.write(file, fingerprint);
            }
            if (stopping) {
                return null;
            }
        }
        return new TrunkResult(state.bestWeights.clone(), state.bestEpoch, state.bestAccuracy);
    }

    private Progress progress(long step, long total, long startStep, long started, double meanFull, double meanSub) {
        Duration elapsed = Duration.ofNanos(System.nanoTime() - started);
        Duration remaining = elapsed.multipliedBy(total - step).dividedBy(step - startStep);
        double perSecond = (step - startStep) * options.batch() / (elapsed.toNanos() / 1e9);
        return new Progress(
                "trunk",
                step,
                total,
                elapsed,
                remaining,
                Map.of("loss", meanFull, "sub-path loss", meanSub, "images/s", perSecond));
    }

    private void judge(TrunkState state, int epoch, ShardGroup group) {
        Logits logits = group.forward(state.weights, decision);
        StringBuilder line = new StringBuilder("epoch " + epoch + ": accuracy on the decision split by depth");
        double accuracy = 0;
        for (int exit = 0; exit < logits.exits(); exit++) {
            int right = 0;
            for (int row = 0; row < decision.size(); row++) {
                if (logits.answer(exit, row) == decision.label(row)) {
                    right++;
                }
            }
            accuracy = (double) right / decision.size();
            line.append(String.format(Locale.ROOT, " %.2f", 100 * accuracy));
        }
        listener.message(line + " %");
        if (accuracy > state.bestAccuracy) {
            state.bestAccuracy = accuracy;
            state.bestEpoch = epoch;
            System.arraycopy(state.weights, 0, state.bestWeights, 0, state.weights.length);
        }
    }

    private void augmented(int row, long epoch, byte[] target) {
        byte[] source = new byte[target.length];
        trunk.copyPixels(row, source, 0);
        SplittableRandom random = new SplittableRandom(Mixing.mix(options.seed(), AUGMENT, epoch, row));
        options.augmentation().apply(source, trunk.width(), random, target);
    }

    private int[] shuffled(long epoch) {
        SplittableRandom random = new SplittableRandom(Mixing.mix(options.seed(), ORDER, epoch));
        int[] order = new int[trunk.size()];
        for (int i = 0; i < order.length; i++) {
            int other = random.nextInt(i + 1);
            order[i] = order[other];
            order[other] = i;
        }
        return order;
    }
}
