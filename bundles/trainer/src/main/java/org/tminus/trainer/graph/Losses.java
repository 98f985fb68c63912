/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.graph;

import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** What is minimised, as means over the rows of a batch. */
final class Losses {
    private static final int MEAN = 1;
    private static final long[] ROW = {1};

    private Losses() {}

    /** Rows with the label -1 do not count. */
    static Tensor crossEntropy(Tensor logits, Tensor labels, double smoothing) {
        return torch.cross_entropy_loss(logits, labels, new TensorOptional(), MEAN, -1, smoothing);
    }

    /** To be scaled by the square of the temperature, which keeps the size of the gradient. */
    static Tensor softCrossEntropy(Tensor logits, Tensor probabilities, double temperature) {
        return logits.div(new Scalar(temperature))
                .log_softmax(-1)
                .mul(probabilities)
                .sum(1)
                .mean()
                .neg();
    }

    static Tensor cosineDistance(Tensor a, Tensor b) {
        return torch.cosine_similarity(a, b, 1, 1e-8).mean().neg().add(new Scalar(1.0));
    }

    /**
     * Confidence of a path times a hinge that is at least 1 wherever the path's answer is not that of full depth: an upper
     * bound on confidence-weighted disagreement. See {@link PathLosses#early()}.
     *
     * @param full logits of full depth, detached
     */
    static Tensor early(Tensor logits, Tensor full) {
        Tensor right = full.argmax(new LongOptional(1), true);
        Tensor chosen = logits.gather(1, right);
        Tensor marked = torch.zeros_like(logits).scatter(1, right, new Scalar(1e9));
        Tensor other = logits.sub(marked).amax(ROW, true);
        Tensor hinge = other.sub(chosen).add(new Scalar(1.0)).relu();
        Tensor confidence = logits.detach().softmax(-1).amax(ROW, true);
        return hinge.mul(confidence).mean();
    }

    /** How far the similarities within a batch are from those of full depth; what search results depend on. */
    static Tensor neighbourhood(Tensor vectors, Tensor full) {
        Tensor difference = similarities(vectors).sub(similarities(full));
        return difference.mul(difference).mean().mul(new Scalar(100.0));
    }

    private static Tensor similarities(Tensor vectors) {
        Tensor length = vectors.mul(vectors).sum(ROW, true, Torch.none()).sqrt().add(new Scalar(1e-8));
        Tensor unit = vectors.div(length);
        return torch.matmul(unit, unit.t());
    }
}
