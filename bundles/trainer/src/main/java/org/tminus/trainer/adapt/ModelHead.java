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
import org.tminus.trainer.graph.Objective;
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
     * labels what the model answers as it is, is kept: scores of classes, an embedding, or one that is made of its states.
     *
     * @param classes 0 if the data has no labels
     * @param usual how states become one vector if nobody says
     * @throws AdaptException if the outputs fit none of these, or what is wanted
     */
    static ModelHead of(
            OnnxModel model, GraphAnalysis analysis, int classes, Request.Head wanted, Pooling usual, long seed)
            throws AdaptException {
        Pooling pooling = wanted.pooling() == null ? usual : wanted.pooling();
        try {
            return classes > 0
                    ? labelled(model, analysis.signature().outputs(), classes, wanted, pooling, seed)
                    : unlabelled(model, analysis, wanted, pooling);
        } catch (OnnxFormatException e) {
            throw ModelCheck.failure(e);
        }
    }

    private static ModelHead labelled(
            OnnxModel model, List<ValueInfo> outputs, int classes, Request.Head wanted, Pooling pooling, long seed)
            throws AdaptException, OnnxFormatException {
        if (wanted.answer() == Objective.EMBEDDING) {
            throw new AdaptException("The data has labels, but --answer embedding was given, and nobody knows the right"
                    + " embedding of an input. Say --labels none as well, or leave --answer out to learn the labels.");
        }
        if (!wanted.fresh()) {
            for (ValueInfo output : outputs) {
                if (width(output, 2) == classes) {
                    return new ModelHead(
                            only(model, outputs, output),
                            wanted.pooling(),
                            false,
                            "the output '" + output.name() + "' answers with " + classes + " classes");
                }
            }
        }
        if (wanted.fresh() || hasStates(outputs)) {
            return new ModelHead(
                    Classifier.attach(model, pooling, classes, seed),
                    pooling,
                    false,
                    "the model has no output for " + classes + " classes, so a new classifier is put on its "
                            + words(pooling) + " and learned from your data");
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

    private static ModelHead unlabelled(OnnxModel model, GraphAnalysis analysis, Request.Head wanted, Pooling pooling)
            throws AdaptException, OnnxFormatException {
        if (wanted.fresh()) {
            throw new AdaptException("--new-head was given, but a new classifier needs labels to learn from. Give data"
                    + " with labels, or leave --new-head out to keep what the model answers as it is.");
        }
        List<ValueInfo> outputs = analysis.signature().outputs();
        Vector vector = vector(model, analysis, wanted.answer());
        if (vector != null && vector.objective() == Objective.CLASSES) {
            return new ModelHead(
                    only(model, outputs, vector.output()),
                    wanted.pooling(),
                    false,
                    "there are no labels; " + vector.words("scores of classes")
                            + ", so its answers are kept (--answer embedding if its direction is what counts)");
        }
        boolean states = hasStates(outputs) && wanted.answer() != Objective.CLASSES;
        if (states && (vector == null || wanted.pooling() != null)) {
            return new ModelHead(
                    SentenceEmbedding.attach(model, pooling),
                    pooling,
                    true,
                    "there are no labels, so the embedding is kept that its " + words(pooling)
                            + " make (--pooling for another way)");
        }
        if (vector != null) {
            return new ModelHead(
                    only(model, outputs, vector.output()),
                    wanted.pooling(),
                    true,
                    "there are no labels; " + vector.words("an embedding")
                            + ", so its direction is kept (--answer classes if it holds scores of classes"
                            + (states ? ", --pooling for an embedding made of the states" : "") + ")");
        }
        throw new AdaptException(
                "Without labels the model must have a float32 output of fixed width: scores [batch, classes], an embedding"
                        + " [batch, width], or states [batch, tokens, width]"
                        + (wanted.answer() == Objective.CLASSES ? "; for --answer classes it must be the first" : "")
                        + ". It has " + outputs
                        + ". Export it with one of them, or give labels, and a classifier is put"
                        + " on its states.");
    }

    /** An output [batch, width] that is to be kept without labels. */
    private record Vector(ValueInfo output, Objective objective, String reason) {
        String words(String what) {
            return "the output '" + output.name() + "' of " + ModelHead.width(output, 2) + " numbers is taken for "
                    + what + ", because " + reason;
        }
    }

    /** The first that is what is wanted, or else the first; {@code null} if there is none. */
    private static @Nullable Vector vector(OnnxModel model, GraphAnalysis analysis, @Nullable Objective wanted) {
        Vector first = null;
        for (ValueInfo output : analysis.signature().outputs()) {
            if (width(output, 2) > 1) {
                OutputGuess guess = OutputGuess.of(model, analysis, output);
                Vector vector = wanted == null
                        ? new Vector(output, guess.objective(), guess.reason())
                        : new Vector(output, wanted, "--answer says so");
                if (wanted == null || guess.objective() == wanted) {
                    return vector;
                }
                first = first == null ? vector : first;
            }
        }
        return first;
    }

    /** The model with that output alone. */
    private static OnnxModel only(OnnxModel model, List<ValueInfo> outputs, ValueInfo output)
            throws OnnxFormatException {
        return outputs.size() == 1 ? model : Protos.withOutput(model, output.name(), (int) width(output, 2));
    }

    private static boolean hasStates(List<ValueInfo> outputs) {
        return outputs.stream().anyMatch(output -> width(output, 3) > 0);
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
