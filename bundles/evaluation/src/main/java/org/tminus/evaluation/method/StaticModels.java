/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.method;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tminus.evaluation.Cosine;
import org.tminus.evaluation.EvaluationException;
import org.tminus.evaluation.ort.OrtGraph;
import org.tminus.evaluation.ort.OrtTensors;
import org.tminus.learning.baseline.Expected;
import org.tminus.learning.data.EmbeddingExamples;
import org.tminus.learning.data.Examples;
import org.tminus.learning.outcome.Outcomes;
import org.tminus.onnx.GraphAnalysis;
import org.tminus.onnx.OnnxFormatException;
import org.tminus.onnx.OnnxModel;
import org.tminus.onnx.Polynomial;
import org.tminus.onnxruntime.OnnxRuntime;
import org.tminus.tensor.HostTensor;

/** Models of fixed depth that were trained separately: what somebody would use who knew beforehand which depth is enough. */
public final class StaticModels {
    private static final int BATCH = 128;

    private final OnnxRuntime runtime;
    private final Path fullDepth;

    /** @param fullDepth the adaptive model's own file, with which embeddings are compared */
    public StaticModels(OnnxRuntime runtime, Path fullDepth) {
        this.runtime = runtime;
        this.fullDepth = fullDepth;
    }

    /** A model file and its name. */
    public record StaticModel(String name, Path file) {}

    /**
     * The files {@code MODEL-static-*.onnx} of a folder, by name.
     *
     * @throws EvaluationException if the folder cannot be read
     */
    public static List<StaticModel> find(@Nullable Path folder, String model) throws EvaluationException {
        List<StaticModel> found = new ArrayList<>();
        if (folder == null || !Files.isDirectory(folder)) {
            return found;
        }
        String prefix = model + "-static-";
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.onnx")) {
            for (Path file : files) {
                String name = String.valueOf(file.getFileName());
                if (name.startsWith(prefix)) {
                    found.add(new StaticModel(name.substring(0, name.length() - ".onnx".length()), file));
                }
            }
        } catch (IOException e) {
            throw new EvaluationException("Cannot read the folder " + folder + ": " + e, "Check its permissions.", e);
        }
        found.sort(java.util.Comparator.comparing(StaticModel::name));
        return found;
    }

    /**
     * What such a model does on a split.
     *
     * @param outcomes of the adaptive model on the same examples, for agreement and relative cost
     * @throws EvaluationException if it cannot be run on these examples
     */
    public Expected run(StaticModel model, Examples examples, Outcomes outcomes) throws EvaluationException {
        double[] right = new double[examples.size()];
        double[] agrees = new double[right.length];
        double[] flops = new double[right.length];
        double full = 0;
        Polynomial cost = cost(model);
        if (examples instanceof EmbeddingExamples embeddings) {
            compare(model, embeddings, agrees);
        } else {
            int[] labels = labels(model, examples, outcomes.classes());
            for (int row = 0; row < right.length; row++) {
                right[row] = labels[row] == outcomes.truth(row) ? 1 : 0;
                agrees[row] = labels[row] == outcomes.answer(outcomes.fullDepthNode(), row) ? 1 : 0;
            }
        }
        for (int row = 0; row < right.length; row++) {
            flops[row] = cost.at(outcomes.length(row));
            full += outcomes.fullDepthFlops(row);
        }
        return new Expected(right, agrees, flops, full / right.length);
    }

    private static Polynomial cost(StaticModel model) throws EvaluationException {
        try {
            return GraphAnalysis.analyze(OnnxModel.read(model.file())).total().flops();
        } catch (OnnxFormatException e) {
            throw new EvaluationException(model.name() + ": " + e.getMessage(), e.advice(), e);
        }
    }

    private int[] labels(StaticModel model, Examples examples, int classes) throws EvaluationException {
        int[] labels = new int[examples.size()];
        try (OrtGraph graph = OrtGraph.of(runtime, model.name(), model.file())) {
            for (int[] rows : org.tminus.evaluation.Batches.of(examples, BATCH)) {
                float[] scores = answers(List.of(graph), examples, rows).get(0);
                requireWidth(model, scores, rows, classes);
                for (int i = 0; i < rows.length; i++) {
                    int best = 0;
                    for (int k = 1; k < classes; k++) {
                        best = scores[i * classes + k] > scores[i * classes + best] ? k : best;
                    }
                    labels[rows[i]] = best;
                }
            }
        } catch (OrtException e) {
            throw failed(model, e);
        }
        return labels;
    }

    /** Embeddings are kept where they point as those of full depth do. */
    private void compare(StaticModel model, EmbeddingExamples examples, double[] kept) throws EvaluationException {
        try (OrtGraph graph = OrtGraph.of(runtime, model.name(), model.file());
                OrtGraph full = OrtGraph.of(runtime, "full depth", fullDepth)) {
            for (int[] rows : org.tminus.evaluation.Batches.of(examples, BATCH)) {
                List<float[]> both = answers(List.of(graph, full), examples, rows);
                int width = both.get(1).length / rows.length;
                requireWidth(model, both.get(0), rows, width);
                for (int i = 0; i < rows.length; i++) {
                    double cosine = Cosine.of(both.get(0), both.get(1), i * width, width);
                    kept[rows[i]] = cosine >= examples.keptCosine() ? 1 : 0;
                }
            }
        } catch (OrtException e) {
            throw failed(model, e);
        }
    }

    /** What graphs give for the same rows. */
    private List<float[]> answers(List<OrtGraph> graphs, Examples examples, int[] rows)
            throws OrtException, EvaluationException {
        Map<String, HostTensor> host = examples.inputs(rows);
        Map<String, OnnxTensor> values = OrtTensors.of(runtime.environment(), host);
        try {
            List<float[]> answers = new ArrayList<>();
            for (OrtGraph graph : graphs) {
                try (OrtSession.Result result = graph.run(values)) {
                    answers.add(graph.floats(result, graph.outputName(), rows.length));
                }
            }
            return answers;
        } finally {
            values.values().forEach(OnnxTensor::close);
            host.values().forEach(HostTensor::close);
        }
    }

    private static void requireWidth(StaticModel model, float[] scores, int[] rows, int wanted)
            throws EvaluationException {
        if (scores.length != rows.length * wanted) {
            throw new EvaluationException(
                    model.name() + " answers with " + scores.length / rows.length + " scores instead of " + wanted
                            + ".",
                    "Give static models of the same task.");
        }
    }

    private static EvaluationException failed(StaticModel model, OrtException cause) {
        return new EvaluationException(
                model.name() + " cannot be run: " + cause.getMessage(), "Check its inputs.", cause);
    }
}
