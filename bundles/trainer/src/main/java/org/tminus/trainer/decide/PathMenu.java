/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.decide;

import java.util.ArrayList;
import java.util.List;

/**
 * The paths that policies choose from: prefixes of the layers with the exit behind them, cheapest first, full depth last.
 *
 * @param exits the exits, counted from 0, ascending
 * @param exitCount the number of exits of the model, full depth included
 */
public record PathMenu(List<Integer> exits, int exitCount) {
    /** Copies the list. */
    public PathMenu {
        exits = List.copyOf(exits);
    }

    /** Keeps each exit that is more accurate than every cheaper one, and full depth. */
    public static PathMenu pareto(Answers answers) {
        List<Integer> kept = new ArrayList<>();
        double best = -1;
        int last = answers.exits() - 1;
        for (int exit = 0; exit <= last; exit++) {
            double accuracy = answers.accuracy(exit);
            if (accuracy > best || exit == last) {
                kept.add(exit);
            }
            best = Math.max(best, accuracy);
        }
        return new PathMenu(kept, answers.exits());
    }

    /** The layer that an exit follows, by the name that the model file gives it. */
    static String layerBefore(int exit) {
        return "layer." + exit;
    }

    /** The number of paths. */
    public int size() {
        return exits.size();
    }

    /** The exit of a path. */
    public int exit(int index) {
        return exits.get(index);
    }
}
