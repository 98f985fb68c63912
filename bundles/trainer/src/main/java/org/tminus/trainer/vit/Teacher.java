/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.vit;

import org.tminus.trainer.data.SplitReader;

/**
 * Logits of a finished full-depth model for the images of the trunk split, from which a static model learns. They are
 * computed once, without augmentation: small shifts hardly change them, and so a short model does not pay for a deep teacher
 * in every step.
 */
public final class Teacher {
    private final Logits logits;

    private Teacher(Logits logits) {
        this.logits = logits;
    }

    /** Asks the full model about every image. */
    public static Teacher of(ShardGroup group, float[] weights, SplitReader trunk) {
        return new Teacher(group.forward(weights, trunk));
    }

    /** Writes the teacher's probabilities for a row, softened by {@code temperature}. */
    void write(int row, double temperature, float[] target, int offset) {
        int full = logits.exits() - 1;
        int classes = logits.classes();
        double max = Double.NEGATIVE_INFINITY;
        for (int c = 0; c < classes; c++) {
            max = Math.max(max, logits.logit(full, row, c));
        }
        double sum = 0;
        for (int c = 0; c < classes; c++) {
            sum += Math.exp((logits.logit(full, row, c) - max) / temperature);
        }
        for (int c = 0; c < classes; c++) {
            target[offset + c] = (float) (Math.exp((logits.logit(full, row, c) - max) / temperature) / sum);
        }
    }
}
