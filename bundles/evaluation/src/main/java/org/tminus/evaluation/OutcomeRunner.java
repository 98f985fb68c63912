/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import org.tminus.evaluation.ort.OrtGraph;
import org.tminus.evaluation.ort.OrtTensors;
import org.tminus.learning.data.EmbeddingExamples;
import org.tminus.learning.data.Examples;
import org.tminus.learning.outcome.Outcomes;
import org.tminus.learning.outcome.PathTrie;
import org.tminus.learning.outcome.PathTrie.Node;
import org.tminus.onnx.OnnxFormatException;
import org.tminus.onnx.OnnxModel;
import org.tminus.onnx.PathGraphs;
import org.tminus.onnxruntime.OnnxRuntime;
import org.tminus.onnxruntime.OnnxRuntimes;
import org.tminus.tensor.HostTensor;

/**
 * Runs every path of a trie on ONNX Runtime, depth first: paths share the states of their common beginnings, so that a
 * batch passes each edge of the trie once. One copy of the weights is held. Used by one thread at a time; the library
 * works with the threads of its process-wide pool.
 */
public final class OutcomeRunner implements AutoCloseable {
    /** Examples per batch where nobody asks for another number. */
    public static final int BATCH = 128;

    private final AdaptiveParts parts;
    private final PathTrie trie;
    private final OnnxRuntime runtime;
    private final OrtGraph stem;
    private final Map<Integer, OrtGraph> layers = new HashMap<>();
    private final Map<Integer, OrtGraph> exits = new HashMap<>();

    /** With the process's ONNX Runtime. */
    public OutcomeRunner(AdaptiveParts parts, PathTrie trie) throws EvaluationException {
        this(parts, trie, OnnxRuntimes.standalone());
    }

    /**
     * Opens the segments that the trie needs.
     *
     * @throws EvaluationException if the model cannot be cut there, ONNX Runtime refuses a segment, or a path ends where
     *     there is no exit
     */
    public OutcomeRunner(AdaptiveParts parts, PathTrie trie, OnnxRuntime runtime) throws EvaluationException {
        this.parts = parts;
        this.trie = trie;
        this.runtime = runtime;
        if (trie.layers() != parts.layerCount()) {
            throw new EvaluationException(
                    "The menu is for " + trie.layers() + " layers, the model has " + parts.layerCount() + ".",
                    "Use the menu of this model.");
        }
        OrtGraph opened = null;
        try {
            Path folder = parts.model().folder().orElse(null);
            OnnxModel heads = parts.exitsFile();
            Path exitsFolder = heads == null ? null : heads.folder().orElse(null);
            PathGraphs graphs = PathGraphs.of(parts.model(), heads);
            opened = OrtGraph.of(runtime, "the stem", graphs.stem(parts.stemOutput(), parts.sideValues()), folder);
            for (Node node : trie.nodes()) {
                open(node, graphs, folder, exitsFolder);
            }
            stem = opened;
        } catch (OnnxFormatException e) {
            close(opened);
            throw new EvaluationException("The model cannot be cut: " + e.getMessage(), e.advice(), e);
        } catch (EvaluationException | RuntimeException e) {
            close(opened);
            throw e;
        }
    }

    private void open(Node node, PathGraphs graphs, @Nullable Path folder, @Nullable Path exitsFolder)
            throws EvaluationException, OnnxFormatException {
        int layer = node.layer();
        if (layer < 0) {
            return;
        }
        if (!layers.containsKey(layer)) {
            layers.put(
                    layer,
                    OrtGraph.of(
                            runtime,
                            "layer " + layer,
                            graphs.layer(parts.layers().get(layer), parts.sideValues()),
                            folder));
        }
        if (!parts.hasExit(layer)) {
            if (node.path() >= 0) {
                throw new EvaluationException(
                        "The path " + trie.menu().get(node.path()) + " ends after layer " + layer
                                + ", where the model has no exit.",
                        "Use the menu of this model.");
            }
        } else if (!exits.containsKey(layer)) {
            boolean own = parts.exit(layer).ofModel();
            exits.put(
                    layer,
                    OrtGraph.of(
                            runtime,
                            "exit " + layer,
                            graphs.exit(
                                    parts.exit(layer), parts.layers().get(layer).output(), parts.sideValues()),
                            own ? folder : exitsFolder));
        }
    }

    /** As {@link #run(Examples, int, EvaluationProgress)} with {@link #BATCH} and no progress. */
    public Outcomes run(Examples examples) throws EvaluationException {
        return run(examples, BATCH, EvaluationProgress.NONE);
    }

    /**
     * What every exit of the trie answers to every example: the largest entry of the model's first output, which holds
     * one score per class. Of {@link EmbeddingExamples} it is whether the embedding counts as that of full depth.
     *
     * @param batch examples per batch, fewer where sequences are long
     * @return without a predictor's probabilities; at a node without an exit the answer is -1, which is never right
     * @throws EvaluationException if a score is not finite, a label is no class, or ONNX Runtime fails
     * @throws CancellationException if the progress says so
     */
    public Outcomes run(Examples examples, int batch, EvaluationProgress progress) throws EvaluationException {
        AnswerTable table = new AnswerTable(trie, examples.size());
        int[] lengths = new int[examples.size()];
        for (int row = 0; row < lengths.length; row++) {
            lengths[row] = examples.length(row);
        }
        if (examples instanceof EmbeddingExamples embeddings) {
            return run(embeddings, batch, progress, table, lengths);
        }
        visit(examples, batch, progress, table);
        int[] truth = new int[examples.size()];
        for (int row = 0; row < truth.length; row++) {
            truth[row] = examples.label(row);
            if (truth[row] >= table.classes()) {
                throw new EvaluationException(
                        "Example " + examples.id(row) + " has the label " + truth[row] + ", but the model answers with "
                                + table.classes() + " classes.",
                        "Use the data that the model was made for.");
            }
        }
        return table.outcomes(parts.costs(), truth, lengths);
    }

    /** What a policy sees is what the platform shows it: as if numbers of an embedding were scores. */
    private Outcomes run(
            EmbeddingExamples examples, int batch, EvaluationProgress progress, AnswerTable seen, int[] lengths)
            throws EvaluationException {
        EmbeddingTable table = new EmbeddingTable(trie, examples.size());
        visit(examples, batch, progress, (node, rows, values) -> {
            seen.accept(node, rows, values);
            table.accept(node, rows, values);
        });
        table.finish();
        int[] truth = new int[examples.size()];
        Arrays.fill(truth, -1);
        return seen.outcomes(parts.costs(), truth, lengths).withVerdicts(table.answers(examples.keptCosine()));
    }

    /**
     * Hands on what every exit of the trie gives; for answers that are not classes.
     *
     * @param batch examples per batch, fewer where sequences are long
     * @throws EvaluationException if ONNX Runtime fails or the visitor says so
     * @throws CancellationException if the progress says so
     */
    public void visit(Examples examples, int batch, EvaluationProgress progress, OutputVisitor visitor)
            throws EvaluationException {
        if (batch < 1) {
            throw new IllegalArgumentException("A batch has at least one example, not " + batch);
        }
        List<int[]> batches = Batches.of(examples, batch);
        long done = 0;
        for (int[] rows : batches) {
            visit(examples, rows, visitor);
            done += rows.length;
            progress.reportOrStop("running every path", done, examples.size());
        }
    }

    private void visit(Examples examples, int[] rows, OutputVisitor visitor) throws EvaluationException {
        Map<String, HostTensor> host = examples.inputs(rows);
        Map<String, OnnxTensor> values = new HashMap<>();
        try {
            values.putAll(OrtTensors.of(runtime.environment(), host));
            try (OrtSession.Result first = stem.run(values)) {
                Map<String, OnnxTensor> given = new HashMap<>(values);
                for (String side : parts.sideValues()) {
                    given.put(side, stem.output(first, side));
                }
                descend(trie.root(), stem.output(first, parts.stemOutput()), given, rows, visitor);
            }
        } catch (OrtException e) {
            throw new EvaluationException(
                    "The inputs of " + examples.id(rows[0]) + " cannot be used: " + e.getMessage(),
                    "Check the types of the inputs.",
                    e);
        } finally {
            values.values().forEach(OnnxTensor::close);
            host.values().forEach(HostTensor::close);
        }
    }

    private void descend(Node node, OnnxTensor hidden, Map<String, OnnxTensor> given, int[] rows, OutputVisitor visitor)
            throws EvaluationException {
        for (int layer : trie.next(node)) {
            Node child = trie.after(node, layer);
            OrtGraph graph = graph(layers, layer);
            try (OrtSession.Result result = graph.run(given, hidden)) {
                OnnxTensor state =
                        graph.output(result, parts.layers().get(layer).output());
                if (parts.hasExit(layer)) {
                    OrtGraph exit = graph(exits, layer);
                    try (OrtSession.Result answer = exit.run(given, state)) {
                        visitor.accept(child.index(), rows, exit.floats(answer, parts.output(), rows.length));
                    }
                }
                descend(child, state, given, rows, visitor);
            }
        }
    }

    private static OrtGraph graph(Map<Integer, OrtGraph> graphs, int layer) {
        OrtGraph graph = graphs.get(layer);
        if (graph == null) {
            throw new IllegalStateException("The segment of layer " + layer + " is closed");
        }
        return graph;
    }

    /** Frees the native memory; closing twice is harmless. */
    @Override
    public void close() {
        close(stem);
    }

    private void close(@Nullable OrtGraph first) {
        for (Map<Integer, OrtGraph> graphs : Arrays.asList(layers, exits)) {
            graphs.values().forEach(OrtGraph::close);
            graphs.clear();
        }
        if (first != null) {
            first.close();
        }
    }
}
