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
     * @param begin the whole model that training of the finished one began with, and how it was trained
     * @param full the finished model file, which teaches, if there is to be a teacher; embeddings need one
     * @param output folder for the models
     * @param work for checkpoints
     * @return {@code false} if it was stopped
     * @throws IOException if a file cannot be read or written
     */
    public static boolean train(
            Recipe recipe,
            Begin begin,
            @Nullable Path full,
            List<Integer> depths,
            Path output,
            Path work,
            String command,
            ProgressListener listener,
            BooleanSupplier stop)
            throws IOException {
        TaskData.Access data = recipe.data().accessFor(Purpose.TRAINING);
        // Nothing of theirs is ever left out, so they do not have to learn to do without it.
        GraphOptions options =
                begin.options().withLosses(begin.options().losses().withSubsets(0, 0));
        Files.createDirectories(output);
        boolean embeds = begin.objective() == Objective.EMBEDDING;
        SoftAnswers teacher = null;
        SoftAnswers judge = null;
        for (int depth : depths) {
            String kind = (full == null ? "alone-" : "static-") + depth;
            String name = recipe.header().name() + "-" + kind;
            Path folder = Files.createDirectories(work.resolve(kind));
            OnnxModel cut = cut(begin.model(), depth);
            if (full != null && teacher == null) {
                StageProgress asking = new StageProgress("answers of the full model", listener, stop);
                try {
                    teacher = teacher(full, data.open(Split.TRUNK), options.threads(), work, asking);
                    judge = embeds ? teacher(full, data.open(Split.DECISION), options.threads(), work, asking) : null;
                } catch (CancellationException e) {
                    return false;
                }
            }
            listener.message("training a static model of " + depth + " layers");
            GraphTask task = teacher == null
                    ? GraphTask.alone(name, cut, data, options)
                    : judge == null
                            ? GraphTask.pupil(name, cut, data, teacher, options)
                            : GraphTask.embedder(name, cut, data, teacher, judge, options);
            GraphTrunk made = GraphTrunkStage.train(task, folder, stop, listener);
            if (made == null) {
                return false;
            }
            write(name, recipe, made, depth, data.open(Split.DECISION), output, command);
        }
        return true;
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

    private static void write(
            String name, Recipe recipe, GraphTrunk made, int depth, Examples decision, Path output, String command)
            throws IOException {
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("name", name);
        figures.put("layers", depth);
        figures.put("flops", flops(made.model(), decision));
        figures.put(
                recipe.trunk() instanceof EmbeddingTrunk ? "cosineToFullDepthDecision" : "accuracyDecision",
                made.fullAccuracy());
        figures.put("epoch", made.bestEpoch());
        figures.put("command", command);
        figures.put("dataSha256", recipe.data().description().sha256());
        figures.put("machine", Machine.description());
        StageStore.write(output.resolve(name + ".onnx"), made.model());
        StageStore.write(output.resolve(name + ".json"), Json.pretty(figures));
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
