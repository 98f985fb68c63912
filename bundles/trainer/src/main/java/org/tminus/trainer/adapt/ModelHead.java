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

/**
 * A model that ends in the classes of the data.
 *
 * @param model with one output, [batch, classes]
 * @param pooling of exits; {@code null} for the way of the model's own end
 * @param note what was done to it
 */
record ModelHead(OnnxModel model, @Nullable Pooling pooling, String note) {
    /**
     * Keeps the model's own end if it has as many numbers as there are classes, and puts a classifier on an encoder.
     *
     * @param classes 0 if the data has no labels: then the model's own end is needed
     * @throws AdaptException if the outputs fit neither
     */
    static ModelHead of(
            OnnxModel model, GraphAnalysis analysis, int classes, Request.Head wanted, Pooling usual, long seed)
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
                                "the output '" + output.name() + "' answers with " + width + " classes");
                    }
                }
            }
            if (classes == 0) {
                throw new AdaptException("Without labels the model must be a classifier already: one output"
                        + " [batch, classes]. It has " + outputs
                        + "; states and embeddings without labels are not supported yet. Give labels, and a classifier is"
                        + " put on top.");
            }
            boolean states = outputs.stream().anyMatch(output -> width(output, 3) > 0);
            if (states || wanted.fresh()) {
                Pooling pooling = wanted.pooling() == null ? usual : wanted.pooling();
                OnnxModel attached = Classifier.attach(model, pooling, classes, seed);
                return new ModelHead(
                        attached,
                        pooling,
                        "the model has no output for " + classes + " classes, so a new classifier is put on its "
                                + (pooling == Pooling.MEAN ? "averaged states" : "first state")
                                + " and learned from your data");
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
