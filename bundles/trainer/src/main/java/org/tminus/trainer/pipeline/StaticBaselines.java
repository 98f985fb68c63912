/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.pipeline;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.tminus.evaluation.Machine;
import org.tminus.failure.ModelFormatException;
import org.tminus.learning.data.Examples;
import org.tminus.learning.data.Purpose;
import org.tminus.learning.data.Split;
import org.tminus.learning.data.TaskData;
import org.tminus.models.format.ModelPackage;
import org.tminus.onnx.GraphAnalysis;
import org.tminus.onnx.OnnxFormatException;
import org.tminus.onnx.OnnxModel;
import org.tminus.onnx.Polynomial;
import org.tminus.trainer.ProgressListener;
import org.tminus.trainer.StageProgress;
import org.tminus.trainer.graph.GraphOptions;
import org.tminus.trainer.graph.GraphTask;
import org.tminus.trainer.graph.GraphTrunk;
import org.tminus.trainer.graph.Objective;
import org.tminus.trainer.graph.PrefixModel;
import org.tminus.trainer.graph.SoftAnswers;
import org.tminus.trainer.graph.Trainable;

/**
 * Trains short models of their own, one per depth: what somebody would use who knew beforehand that this depth is enough. They
 * are the baseline for adaptive depth, so they get the same beginning, the same epochs and data, and the finished model as
 * their teacher. Without a teacher, at full depth, they show what the exits cost the model that has them.
 */
public final class StaticBaselines {
    /** What static models begin with, and how they are trained. */
    public record Begin(OnnxModel model, Objective objective, GraphOptions options) {
        /** As the models of classes do. */
        public static Begin of(GraphTrunkStage trunk) {
            return new Begin(trunk.model(), trunk.objective(), trunk.options());
        }

        /** All weights are trained: without an exit's head of its own, changes of low rank do not bring a short encoder as far. */
        public static Begin of(EmbeddingTrunk trunk) {
            return new Begin(
                    trunk.model(),
                    Objective.EMBEDDING,
                    trunk.options()
                            .withTrainable(Trainable.allButEmbeddings())
                            .withLearningRates(1e-4, 1e-4)
                            .withTeacherWeight(1));
        }
    }

    private StaticBaselines() {}

    /**
     * Trains.
     *
     * @param name of the finished model, with which theirs begin
     * @param begin the whole model that training of the finished one began with, and how it was trained
     * @param full the finished model file, which teaches, if there is to be a teacher; data without labels needs one
     * @param depths numbers of layers
     * @param output folder for the models
     * @param work for checkpoints
     * @return {@code false} if it was stopped
     * @throws IOException if a file cannot be read or written
     * @throws IllegalArgumentException if the model has not as many layers as a depth says
     */
    public static boolean train(
            String name,
            TaskData data,
            Begin begin,
            @Nullable Path full,
            List<Integer> depths,
            Path output,
            Path work,
            String command,
            ProgressListener listener,
            BooleanSupplier stop)
            throws IOException {
        requireDepths(begin.model(), depths);
        TaskData.Access training = data.accessFor(Purpose.TRAINING);
        // Nothing of theirs is ever left out, so they do not have to learn to do without it.
        GraphOptions options =
                begin.options().withLosses(begin.options().losses().withSubsets(0, 0));
        Files.createDirectories(output);
        Judged judged = Judged.of(data, begin.objective());
        SoftAnswers teacher = null;
        SoftAnswers judge = null;
        for (int depth : depths) {
            String kind = (full == null ? "alone-" : "static-") + depth;
            String title = name + "-" + kind;
            Path folder = Files.createDirectories(work.resolve(kind));
            OnnxModel cut = cut(begin.model(), depth);
            if (full != null && teacher == null) {
                StageProgress asking = new StageProgress("answers of the full model", listener, stop);
                try {
                    teacher = teacher(full, training.open(Split.TRUNK), options.threads(), work, asking);
                    judge = judged == Judged.BY_LABELS
                            ? null
                            : teacher(full, training.open(Split.DECISION), options.threads(), work, asking);
                } catch (CancellationException e) {
                    return false;
                }
            }
            listener.message("training a static model of " + depth + " layers");
            GraphTrunk made = GraphTrunkStage.train(
                    task(title, cut, training, begin.objective(), teacher, judge, options), folder, stop, listener);
            if (made == null) {
                return false;
            }
            Map<String, Object> figures = new LinkedHashMap<>();
            figures.put("name", title);
            figures.put("layers", depth);
            figures.put("flops", flops(made.model(), training.open(Split.DECISION)));
            figures.put(judged.figure, made.fullAccuracy());
            figures.put("epoch", made.bestEpoch());
            figures.put("command", command);
            figures.put("dataSha256", data.description().sha256());
            figures.put("machine", Machine.description());
            StageStore.write(output.resolve(title + ".onnx"), made.model());
            StageStore.write(output.resolve(title + ".json"), Json.pretty(figures));
            listener.message("wrote " + output.resolve(title + ".onnx"));
        }
        return true;
    }

    /** What a static model is judged by, with the name of the figure that says how good it is. */
    private enum Judged {
        BY_LABELS("accuracyDecision"),
        BY_ANSWERS("agreementWithFullDepthDecision"),
        BY_COSINE("cosineToFullDepthDecision");

        private final String figure;

        Judged(String figure) {
            this.figure = figure;
        }

        static Judged of(TaskData data, Objective objective) {
            if (objective == Objective.EMBEDDING) {
                return BY_COSINE;
            }
            return data.description().labels().isEmpty() ? BY_ANSWERS : BY_LABELS;
        }
    }

    private static GraphTask task(
            String title,
            OnnxModel cut,
            TaskData.Access data,
            Objective objective,
            @Nullable SoftAnswers teacher,
            @Nullable SoftAnswers judge,
            GraphOptions options) {
        if (teacher == null) {
            return GraphTask.alone(title, cut, data, options);
        }
        if (judge == null) {
            return GraphTask.pupil(title, cut, data, teacher, options);
        }
        return objective == Objective.EMBEDDING
                ? GraphTask.embedder(title, cut, data, teacher, judge, options)
                : GraphTask.pupil(title, cut, AnsweredData.of(data, teacher, judge), teacher, options);
    }

    /** Before the first is trained for minutes. */
    private static void requireDepths(OnnxModel model, List<Integer> depths) throws IOException {
        int layers;
        try {
            layers = GraphAnalysis.analyze(model).layers().size();
        } catch (OnnxFormatException e) {
            throw new IOException(e.getMessage(), e);
        }
        for (int depth : depths) {
            if (depth < 1 || depth > layers) {
                throw new IllegalArgumentException(
                        "The model has " + layers + " layers, so --depths are 1 to " + layers + ", not " + depth + ".");
            }
        }
    }

    private static OnnxModel cut(OnnxModel model, int depth) throws IOException {
        try {
            return PrefixModel.cut(model, depth);
        } catch (OnnxFormatException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private static SoftAnswers teacher(Path full, Examples examples, int threads, Path work, StageProgress progress)
            throws IOException {
        Path folder = Folders.fresh(work.resolve("teacher"));
        Files.delete(folder);
        try (ModelPackage file = ModelPackage.open(full)) {
            file.extract(folder);
            return SoftAnswers.of(OnnxModel.read(folder.resolve("model.onnx")), examples, threads, progress);
        } catch (ModelFormatException | OnnxFormatException e) {
            throw new IOException(e.getMessage(), e);
        } finally {
            Folders.delete(folder);
        }
    }

    /** In the mean over the decision split, counted from the graph. */
    private static long flops(byte[] model, Examples decision) throws IOException {
        Polynomial flops = cost(model);
        double sum = 0;
        for (int row = 0; row < decision.size(); row++) {
            sum += flops.at(decision.length(row));
        }
        return Math.round(sum / decision.size());
    }

    /** Of a model without a sequence. */
    static long flops(byte[] model) throws IOException {
        return Math.round(cost(model).at(0));
    }

    private static Polynomial cost(byte[] model) throws IOException {
        try {
            return GraphAnalysis.analyze(OnnxModel.read(model)).total().flops();
        } catch (OnnxFormatException e) {
            throw new IOException(e.getMessage(), e);
        }
    }
}
