/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.data;

import org.tminus.learning.data.Purpose;
import org.tminus.learning.data.Split;

/**
 * The only way to the images of a split, made for one purpose.
 *
 * <p>Training code is handed an access for {@link Purpose#TRAINING} and nothing else, so a mistake there cannot reach the
 * data that the result is judged by. Instances are immutable and may be shared between threads.
 */
public final class SplitAccess {
    private final DataSplits splits;
    private final Purpose purpose;

    SplitAccess(DataSplits splits, Purpose purpose) {
        this.splits = splits;
        this.purpose = purpose;
    }

    /** What this access was given for. */
    public Purpose purpose() {
        return purpose;
    }

    /**
     * Opens one split.
     *
     * @throws org.tminus.learning.data.SplitAccessException if the purpose of this access does not allow the split
     */
    public SplitReader open(Split split) {
        purpose.check(split);
        return splits.reader(split, purpose);
    }

    /** What identifies the data and the way it was split: two accesses with the same fingerprint read the same images. */
    public String fingerprint() {
        return splits.fingerprint();
    }
}
