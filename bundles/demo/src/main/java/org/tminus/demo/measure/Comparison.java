/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.demo.measure;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.IntConsumer;

/**
 * Measures classifiers side by side: every part of the inputs goes to each of them in turn, in an order drawn anew, so that a machine that
 * slows down or speeds up meanwhile does so for all alike.
 */
public final class Comparison {
    private static final int LARGEST_CHUNK = 500;
    private static final int FEWEST_CHUNKS = 10;

    private final LoadGenerator load;
    private final long seed;

    public Comparison(LoadGenerator load, long seed) {
        this.load = load;
        this.seed = seed;
    }

    /**
     * @param inputs how many
     * @param progress told how many requests were answered since the last call
     * @return what was measured, in the order of the classifiers
     * @throws Exception the first failure of a request
     */
    public List<RowMeter> run(List<? extends Classifier> classifiers, int inputs, IntConsumer progress)
            throws Exception {
        List<RowMeter> meters = new ArrayList<>();
        List<Integer> order = new ArrayList<>();
        for (int index = 0; index < classifiers.size(); index++) {
            meters.add(new RowMeter(inputs));
            order.add(index);
        }
        Random random = new Random(seed);
        int chunk = Math.max(1, Math.min(LARGEST_CHUNK, inputs / FEWEST_CHUNKS));
        for (int from = 0; from < inputs; from += chunk) {
            int to = Math.min(inputs, from + chunk);
            Collections.shuffle(order, random);
            for (int index : order) {
                load.send(classifiers.get(index), from, to, meters.get(index));
                progress.accept(to - from);
            }
        }
        return meters;
    }
}
