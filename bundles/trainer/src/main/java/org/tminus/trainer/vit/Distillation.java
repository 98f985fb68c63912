/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.vit;

/**
 * How sub-paths learn from the full path. The full path is detached wherever it teaches, so it is not pulled towards its
 * pupils.
 *
 * @param randomExits exits drawn per step, besides the leanest
 * @param soft weight of the cross entropy with the teacher's soft answers
 * @param hard weight of the cross entropy with the true classes
 * @param cosine weight of the cosine distance between features of the two paths
 * @param temperature softens the teacher's answers
 * @param subsetProbability share of steps in which a random subset of the layers learns as well
 * @param subsetWeight weight of that path's loss
 */
public record Distillation(
        int randomExits,
        double soft,
        double hard,
        double cosine,
        double temperature,
        double subsetProbability,
        double subsetWeight) {
    /** What the reference model is trained with. */
    public static final Distillation DEFAULT = new Distillation(2, 0.25, 0.1, 0.1, 1.5, 0.1, 0.3);
}
