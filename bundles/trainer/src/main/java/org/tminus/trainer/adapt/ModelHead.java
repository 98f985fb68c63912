/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.adapt;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tminus.onnx.Dimension;
import org.tminus.onnx.GraphAnalysis;
import org.tminus.onnx.OnnxFormatException;
import org.tminus.onnx.OnnxModel;
import org.tminus.onnx.ValueInfo;
import org.tminus.trainer.graph.Classifier;
import org.tminus.trainer.graph.Pooling;
import org.tminus.trainer.graph.SentenceEmbedding;

/**
 * A model that ends in what is learned: the classes of the data, or an embedding.
 *
 * @param model with one output, [batch, classes] or [batch, width]
 * @param pooling of exits; {@code null} for the way of the model's own end
 * @param embedding whether the output is an embedding, whose direction counts
 * @param note what was done to it
 */
record ModelHead(OnnxModel model, @Nullable Pooling pooling, boolean embedding, String note) {
    /**
     * Keeps the model's own end if it has as many numbers as there are classes, and puts a classifier on an encoder. Without
     * labels an encoder of texts gets the end that makes an embedding of its states.
     *
     * @param classes 0 if the data has no labels
     * @throws AdaptException if the outputs fit neither
     */
    static ModelHead of(
            OnnxModel model,
            GraphAnalysis analysis,
            DataKind kind,
            int classes,
            Request.Head wanted,
            Pooling usual,
            long seed)
            throws AdaptException {
        List<ValueInfo> outputs = analysis.signature().outputs();
        try {
            if (!wanted.fresh()) {
                for (ValueInfo output : outputs) {
                    long width = width(output, 2);
                    if (width > 1 && (classes == 0 || width == classes)) {
                        OnnxModel only =
                                outputs.size() == 1 ? model : Protos.withOutput(model, output.name(), (int) width);
                        return new ModelHead(
                                only,
                                wanted.pooling(),
                                false,
                                "the output '" + output.name() + "' answers with " + width + " classes");
                    }
                }
            }
            boolean states = outputs.stream().anyMatch(output -> width(output, 3) > 0);
            Pooling pooling = wanted.pooling() == null ? usual : wanted.pooling();
            if (classes == 0 && states && kind == DataKind.TEXTS) {
                return new ModelHead(
                        SentenceEmbedding.attach(model, pooling),
                        pooling,
                        true,
                        "there are no labels, so the embedding is kept that its " + words(pooling)
                                + " make (--pooling for another way)");
            }
            if (classes == 0) {
                throw new AdaptException(
                        "Without labels the model must be a classifier with one output [batch, classes], or"
                                + " an encoder of texts with its states [batch, tokens, width]. It has " + outputs
                                + ". Give labels, and a classifier is put on top.");
            }
            if (states || wanted.fresh()) {
                OnnxModel attached = Classifier.attach(model, pooling, classes, seed);
                return new ModelHead(
                        attached,
                        pooling,
                        false,
                        "the model has no output for " + classes + " classes, so a new classifier is put on its "
                                + words(pooling) + " and learned from your data");
            }
        } catch (OnnxFormatException e) {
            throw ModelCheck.failure(e);
        }
        for (ValueInfo output : outputs) {
            long width = width(output, 2);
            if (width > 0) {
                throw new AdaptException(
                        "The output '" + output.name() + "' has " + width + " numbers, but the data has "
                                + classes
                                + " classes. If it is a classifier, name all its classes in order with --labels FILE; if"
                                + " its output is a feature vector, --new-head puts a classifier on it.");
            }
        }
        throw new AdaptException(
                "The model has no float32 output [batch, classes], [batch, width] or [batch, tokens, width]"
                        + " of fixed width: " + outputs + ". Export it with its logits or its last hidden state.");
    }

    private static String words(Pooling pooling) {
        return pooling == Pooling.MEAN ? "averaged states" : "first state";
    }

    /** The last dimension of a float output of that rank; -1 for others. */
    private static long width(ValueInfo output, int rank) {
        List<Dimension> shape = output.shape();
        return output.type().equals("float32")
                        && shape != null
                        && shape.size() == rank
                        && shape.get(rank - 1).isFixed()
                ? shape.get(rank - 1).size()
                : -1;
    }
}
