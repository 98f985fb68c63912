/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.graph;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tminus.onnx.Dimension;
import org.tminus.onnx.GraphAnalysis;
import org.tminus.onnx.OnnxFormatException;
import org.tminus.onnx.OnnxModel;
import org.tminus.onnx.ValueInfo;
import org.tminus.trainer.export.OnnxGraph;
import org.tminus.trainer.vit.Mixing;

/** Turns an encoder into a classifier. */
public final class Classifier {
    /** Name of the classifier's only output. */
    public static final String OUTPUT = "logits";
    /** The input that says which tokens count. */
    static final String MASK = "attention_mask";

    private Classifier() {}

    /**
     * Adds pooling and a linear head; the result has the single output {@code logits} [batch, classes].
     *
     * @param encoder has an output of hidden states, float32 [batch, tokens, width], or of pooled features [batch, width]
     * @param seed of the head's starting weights; nothing else decides them
     * @throws OnnxFormatException if the encoder has no such output
     */
    public static OnnxModel attach(OnnxModel encoder, Pooling pooling, int classes, long seed)
            throws OnnxFormatException {
        GraphAnalysis analysis = GraphAnalysis.analyze(encoder);
        ValueInfo states = states(analysis.signature().outputs());
        List<Dimension> shape = states.shape();
        if (shape == null) {
            throw new IllegalStateException("a shape vanished");
        }
        int width = Math.toIntExact(shape.get(shape.size() - 1).size());
        OnnxGraph graph = OnnxGraph.extending(OnnxSource.of(encoder).model());
        Pieces pieces = new Pieces(graph);
        String pooled = shape.size() == 2
                ? states.name()
                : pieces.pool(states.name(), mask(encoder), "classifier.pooled", pooling, width);
        float[] weights = Pieces.gaussian(Math.multiplyExact(width, classes), 0.02, Mixing.mix(seed, 1));
        pieces.head(pooled, "classifier.head", OUTPUT, weights, width, classes);
        graph.clearOutputs();
        graph.output(OUTPUT, "batch", classes);
        byte[] bytes = graph.toBytes(Map.of());
        return encoder.folder().isPresent()
                ? OnnxModel.read(bytes, encoder.folder().get(), org.tminus.onnx.Limits.DEFAULT)
                : OnnxModel.read(bytes);
    }

    /** The name of the mask among the inputs; {@code null} if there is none. */
    static @Nullable String mask(OnnxModel model) {
        return model.inputs().stream().anyMatch(input -> input.name().equals(MASK)) ? MASK : null;
    }

    static ValueInfo states(List<ValueInfo> outputs) throws OnnxFormatException {
        for (int rank : new int[] {3, 2}) {
            for (ValueInfo output : outputs) {
                List<Dimension> shape = output.shape();
                if (output.type().equals("float32")
                        && shape != null
                        && shape.size() == rank
                        && shape.get(rank - 1).isFixed()) {
                    return output;
                }
            }
        }
        throw new OnnxFormatException(
                "No output holds hidden states [batch, tokens, width] or features [batch, width]: " + outputs + ".",
                "Export the encoder with its last hidden state as output.");
    }
}
