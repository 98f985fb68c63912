/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.measure;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * In which order ways take their turns: every round has all of them once, shuffled anew, so that none comes after the same one
 * again and again and is measured with what that one left behind. The orders are the same in every run. Used by one thread.
 */
final class Turns<T> {
    private static final long SEED = 1;

    private final List<T> all;
    private final Random random = new Random(SEED);

    Turns(Collection<? extends T> all) {
        this.all = List.copyOf(all);
    }

    /** The order of the next round. */
    List<T> next() {
        List<T> order = new ArrayList<>(all);
        Collections.shuffle(order, random);
        return order;
    }
}
