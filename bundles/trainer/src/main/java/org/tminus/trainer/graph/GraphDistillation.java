/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.graph;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.tminus.learning.data.Examples;
import org.tminus.learning.data.Split;
import org.tminus.onnx.OnnxFormatException;
import org.tminus.trainer.Progress;
import org.tminus.trainer.ProgressListener;
import org.tminus.trainer.vit.Mixing;

/**
 * Dual-path feature distillation of an ONNX model: the full path learns from labels (and a teacher, where there is one); in
 * every step the leanest exit, some random exits and now and then a random subset of the layers learn from the full path.
 *
 * <p>With the same task, data, machine and versions the result is the same to the bit, whether or not the run was interrupted
 * and whatever the number of threads.
 */
public final class GraphDistillation {
    private static final String CHECKPOINT = "trunk.checkpoint";
    private static final long PLAN = 3;
    /** Accuracies of full depth that differ by less are taken as equal, and the exits decide. */
    private static final double TIE = 0.001;

    private final GraphTask task;
    private final GraphOptions options;
    private final Network network;
    private final Layout layout;
    private final Examples trunk;
    private final Examples decision;
    private final @Nullable SoftAnswers decisionTeacher;
    private final ProgressListener listener;
    private double perSecond;

    private GraphDistillation(
            GraphTask task,
            Network network,
            Examples trunk,
            Examples decision,
            @Nullable SoftAnswers decisionTeacher,
            ProgressListener listener) {
        this.task = task;
        this.options = task.options();
        this.network = network;
        this.layout = new Layout(network, options.trainable());
        this.trunk = trunk;
        this.decision = decision;
        this.decisionTeacher = decisionTeacher;
        this.listener = listener;
    }

    /**
     * Trains. If the folder holds a checkpoint of the same task, goes on from there.
     *
     * @param folder for the checkpoint; created if need be
     * @param stop asked after every step; if true, a checkpoint is written and training ends
     * @return the trained model; {@code null} if training was stopped
     * @throws IOException if a checkpoint cannot be written, or belongs to another run
     * @throws OnnxFormatException if the model cannot be analysed
     * @throws UnsupportedOperatorsException if the model has operators that cannot be trained
     * @throws IllegalArgumentException if data and options do not fit
     * @throws IllegalStateException if the loss is no longer a number
     */
    public static @Nullable GraphTrunk train(
            GraphTask task, Path folder, BooleanSupplier stop, ProgressListener listener)
            throws IOException, OnnxFormatException {
        Files.createDirectories(folder);
        Examples trunk = task.data().open(Split.TRUNK);
        Examples decision = task.data().open(Split.DECISION);
        SoftAnswers teacher = task.teacher();
        if (teacher != null && teacher.size() != trunk.size()) {
            throw new IllegalArgumentException(
                    "the teacher answered " + teacher.size() + " examples, there are " + trunk.size());
        }
        SoftAnswers judge = task.judge();
        if (judge == null && task.objective() == Objective.EMBEDDING) {
            judge = SoftAnswers.of(task.model(), decision, task.options().threads());
        }
        try (Network network = new Network(
                task.model(), task.exits(), task.exitPooling(), task.options().seed())) {
            if (teacher != null && teacher.width() != network.width()) {
                throw new IllegalArgumentException(
                        "the teacher's answers have " + teacher.width() + " numbers, the model's " + network.width());
            }
            return new GraphDistillation(task, network, trunk, decision, judge, listener).run(folder, stop);
        }
    }

    private @Nullable GraphTrunk run(Path folder, BooleanSupplier stop) throws IOException {
        int stepsPerEpoch = trunk.size() / options.batch();
        if (stepsPerEpoch == 0) {
            throw new IllegalArgumentException(
                    "a batch of " + options.batch() + " is larger than the trunk split of " + trunk.size());
        }
        Path file = folder.resolve(CHECKPOINT);
        String fingerprint = fingerprint();
        TrainingState state = Files.exists(file)
                ? TrainingState.read(file, fingerprint, layout.size())
                : new TrainingState(layout.initial(options.seed()));
        if (options.precision().isSlowHere()) {
            listener.message("this processor has no instructions for bfloat16; float32 may be faster");
        }
        if (state.step > 0) {
            listener.message("goes on from step " + state.step);
        }
        try (GraphShards shards = new GraphShards(network, layout, task.objective(), options)) {
            boolean done = loop(state, shards, stepsPerEpoch, file, fingerprint, stop);
            return done ? result(state) : null;
        }
    }

    private boolean loop(
            TrainingState state,
            GraphShards shards,
            int stepsPerEpoch,
            Path file,
            String fingerprint,
            BooleanSupplier stop)
            throws IOException {
        long total = (long) stepsPerEpoch * options.epochs();
        GraphAdam optimiser = new GraphAdam(layout, state, options);
        float[] gradients = new float[layout.size()];
        int[] order = new int[0];
        long orderEpoch = -1;
        long startStep = state.step;
        long started = System.nanoTime();
        double meanFull = Double.NaN;
        double meanSub = Double.NaN;
        while (state.step < total) {
            long epoch = state.step / stepsPerEpoch;
            if (epoch != orderEpoch) {
                order = BatchOrder.of(trunk, options.batch(), options.seed(), epoch);
                orderEpoch = epoch;
            }
            int from = (int) (state.step % stepsPerEpoch) * options.batch();
            PathPlan plan = PathPlan.draw(
                    network.exitCount(),
                    network.analysis().layers(),
                    options.losses(),
                    new SplittableRandom(Mixing.mix(options.seed(), PLAN, state.step)));
            double[] losses = shards.gradients(
                    state.weights,
                    Arrays.copyOfRange(order, from, from + options.batch()),
                    trunk,
                    task.teacher(),
                    plan,
                    gradients);
            if (!Double.isFinite(losses[0] + losses[1])) {
                throw new DivergedException(state.step);
            }
            optimiser.step(shards, gradients, options.rateShare(state.step, total));
            state.step++;
            meanFull = Double.isNaN(meanFull) ? losses[0] : 0.98 * meanFull + 0.02 * losses[0];
            meanSub = Double.isNaN(meanSub) ? losses[1] : 0.98 * meanSub + 0.02 * losses[1];
            report(state.step, total, startStep, started, meanFull, meanSub);
            boolean endOfEpoch = state.step % stepsPerEpoch == 0;
            if (endOfEpoch) {
                judge(state, (int) epoch + 1, shards);
            }
            boolean stopping = stop.getAsBoolean() && state.step < total;
            if (endOfEpoch || stopping || state.step % options.checkpointSteps() == 0) {
                state.write(file, fingerprint);
            }
            if (stopping) {
                return false;
            }
        }
        return true;
    }

    private void report(long step, long total, long startStep, long started, double meanFull, double meanSub) {
        Duration elapsed = Duration.ofNanos(System.nanoTime() - started);
        Duration remaining = elapsed.multipliedBy(total - step).dividedBy(step - startStep);
        perSecond = (step - startStep) * options.batch() / (elapsed.toNanos() / 1e9);
        listener.progress(new Progress(
                task.name(),
                step,
                total,
                elapsed,
                remaining,
                Map.of("loss", meanFull, "sub-path loss", meanSub, "examples/s", perSecond)));
    }

    private void judge(TrainingState state, int epoch, GraphShards shards) {
        float[][] answers = shards.forward(state.weights, decision, true);
        double[] accuracy = Arrays.stream(answers).mapToDouble(this::accuracy).toArray();
        StringBuilder line = new StringBuilder(task.name() + ", epoch " + epoch + ": "
                + (decisionTeacher == null ? "accuracy" : "likeness to full depth")
                + " on the decision split by depth");
        for (double one : accuracy) {
            line.append(String.format(Locale.ROOT, " %.2f", 100 * one));
        }
        listener.message(line + " %");
        if (state.bestEpoch < 0 || isBetter(accuracy, state.bestAccuracy)) {
            state.bestAccuracy = accuracy;
            state.bestEpoch = epoch;
            System.arraycopy(state.weights, 0, state.bestWeights, 0, state.weights.length);
        }
    }

    private static boolean isBetter(double[] accuracy, double[] best) {
        double full = accuracy[accuracy.length - 1];
        double bestFull = best[best.length - 1];
        if (Math.abs(full - bestFull) >= TIE) {
            return full > bestFull;
        }
        return Arrays.stream(accuracy).sum() > Arrays.stream(best).sum();
    }

    private double accuracy(float[] answers) {
        SoftAnswers teacher = decisionTeacher;
        if (teacher != null) {
            return meanCosine(answers, teacher);
        }
        int width = network.width();
        int right = 0;
        int labelled = 0;
        for (int row = 0; row < decision.size(); row++) {
            if (decision.label(row) < 0) {
                continue;
            }
            int best = 0;
            for (int c = 1; c < width; c++) {
                if (answers[row * width + c] > answers[row * width + best]) {
                    best = c;
                }
            }
            labelled++;
            right += best == decision.label(row) ? 1 : 0;
        }
        return labelled == 0 ? 0 : (double) right / labelled;
    }

    private double meanCosine(float[] answers, SoftAnswers teacher) {
        int width = network.width();
        double sum = 0;
        for (int row = 0; row < decision.size(); row++) {
            float[] target = teacher.rows(new int[] {row});
            double product = 0;
            double own = 0;
            double other = 0;
            for (int i = 0; i < width; i++) {
                float value = answers[row * width + i];
                product += value * target[i];
                own += value * value;
                other += target[i] * target[i];
            }
            sum += product / Math.sqrt(Math.max(1e-30, own * other));
        }
        return sum / decision.size();
    }

    private GraphTrunk result(TrainingState state) {
        float[] weights = state.bestWeights;
        Change change = layout.change(weights);
        // Where a pretrained model is changed the change may be shipped, so what is judged is what the shipped numbers
        // give.
        byte[] model = options.trainable().kind() == Trainable.Kind.ALL
                ? network.model().source().with(layout.whole(weights, false))
                : change.applyTo(task.model());
        TorchGraph exits = network.exits();
        byte @Nullable [] heads = exits == null ? null : exits.source().with(layout.whole(weights, true));
        Map<String, Double> figures = new HashMap<>();
        figures.put("steps", (double) state.step);
        figures.put("trainedNumbers", (double) layout.size());
        if (perSecond > 0) {
            figures.put("examplesPerSecond", perSecond);
        }
        List<Double> accuracy = Arrays.stream(state.bestAccuracy).boxed().toList();
        return new GraphTrunk(model, heads, accuracy, state.bestEpoch, change, figures);
    }

    /** Options, data and the model to begin with. */
    private String fingerprint() {
        return options.fingerprint() + " objective=" + task.objective() + " exits=" + task.exits() + " pooling="
                + task.exitPooling() + " teacher=" + (task.teacher() != null) + " data="
                + task.data().description().sha256() + " model="
                + sha256(task.model().toBytes());
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
