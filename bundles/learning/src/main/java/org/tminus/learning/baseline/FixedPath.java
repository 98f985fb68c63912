/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.baseline;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.tminus.learning.outcome.Choices;
import org.tminus.learning.outcome.Outcomes;

/**
 * The same path for every example.
 *
 * @param path its menu index
 */
public record FixedPath(int path) implements Decider {
    @Override
    public Choices decide(Outcomes outcomes) {
        int[] paths = new int[outcomes.rows()];
        Arrays.fill(paths, path);
        double[] flops = new double[paths.length];
        for (int row = 0; row < paths.length; row++) {
            flops[row] = outcomes.flops(path, row);
        }
        return new Choices(outcomes, paths, flops);
    }

    /** Every path of the menu; the hull of these is that of the network's own exits. */
    public static Family family(Outcomes decision) {
        Map<Double, FixedPath> all = new LinkedHashMap<>();
        for (int path = 0; path < decision.trie().menu().size(); path++) {
            all.put((double) path, new FixedPath(path));
        }
        return Family.of("static", all, decision);
    }
}
