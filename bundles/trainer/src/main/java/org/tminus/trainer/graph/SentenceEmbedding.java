/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.graph;

import java.util.List;
import java.util.Map;
import org.tminus.onnx.Dimension;
import org.tminus.onnx.GraphAnalysis;
import org.tminus.onnx.Limits;
import org.tminus.onnx.OnnxFormatException;
import org.tminus.onnx.OnnxModel;
import org.tminus.onnx.ValueInfo;
import org.tminus.trainer.export.OnnxGraph;

/** Turns an encoder into a model whose answer is the embedding of a sentence. */
public final class SentenceEmbedding {
    /** Name of the only output. */
    public static final String OUTPUT = "embedding";

    private SentenceEmbedding() {}

    /**
     * Adds pooling; the result has the single output {@code embedding} [batch, width], whose direction counts.
     *
     * @param encoder has an output of hidden states, float32 [batch, tokens, width]
     * @throws OnnxFormatException if the encoder has no such output
     */
    public static OnnxModel attach(OnnxModel encoder, Pooling pooling) throws OnnxFormatException {
        ValueInfo states =
                Classifier.states(GraphAnalysis.analyze(encoder).signature().outputs());
        List<Dimension> shape = states.shape();
        if (shape == null || shape.size() != 3) {
            throw new OnnxFormatException(
                    "The output '" + states.name() + "' is pooled already.",
                    "Export the encoder with its last hidden state as output.");
        }
        int width = Math.toIntExact(shape.get(2).size());
        OnnxGraph graph = OnnxGraph.extending(OnnxSource.of(encoder).model());
        new Pieces(graph).pool(states.name(), Classifier.mask(encoder), OUTPUT, pooling, width);
        graph.clearOutputs();
        graph.output(OUTPUT, "batch", width);
        byte[] bytes = graph.toBytes(Map.of());
        return encoder.folder().isPresent()
                ? OnnxModel.read(bytes, encoder.folder().get(), Limits.DEFAULT)
                : OnnxModel.read(bytes);
    }
}
