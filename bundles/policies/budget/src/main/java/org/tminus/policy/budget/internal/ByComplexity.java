/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.policy.budget.internal;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.tminus.failure.TminusException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.Path;
import org.tminus.model.PredictorDescription;
import org.tminus.policy.Checkpoint;
import org.tminus.policy.Decision;
import org.tminus.policy.PolicyContext;
import org.tminus.policy.PolicyRun;
import org.tminus.predictor.Complexity;

/** Decides one batch by the complexity of its rows. */
final class ByComplexity implements PolicyRun {
    private final PolicyContext context;
    private final List<Complexity> complexities;
    private final double threshold;
    private final double share;

    /** @param share of the rows that are decided; the others take the cheapest path */
    ByComplexity(PolicyContext context, List<Complexity> complexities, double threshold, double share) {
        this.context = context;
        this.complexities = complexities;
        this.threshold = threshold;
        this.share = share;
    }

    @Override
    public List<Decision> first() throws TminusException {
        List<Integer> classes = menuIndices(context.model(), complexities.get(0).classes());
        // Rows of one class share a decision; most batches need one or two.
        @Nullable Decision[] made = new Decision[classes.size()];
        @Nullable Decision cheapest = null;
        List<Decision> decisions = new ArrayList<>(complexities.size());
        for (int row = 0; row < complexities.size(); row++) {
            if (share < 1 && draw(context.seed(), row) >= share) {
                if (cheapest == null) {
                    cheapest = Decision.run(context.allowedPaths().get(0));
                }
                decisions.add(cheapest);
                continue;
            }
            Complexity complexity = complexities.get(row);
            requireClasses(classes.size(), complexity.classes());
            int depthClass = complexity.classAt(threshold);
            Decision decision = made[depthClass];
            if (decision == null) {
                decision = Decision.run(allowedFrom(classes.get(depthClass)));
                made[depthClass] = decision;
            }
            decisions.add(decision);
        }
        return decisions;
    }

    /** The menu entries that the classes stand for; a predictor from elsewhere may judge the menu's own paths. */
    private static List<Integer> menuIndices(AdaptiveModel model, int given) throws TminusException {
        PredictorDescription description = model.predictor().orElse(null);
        if (description != null) {
            requireClasses(description.classes().size(), given);
            return description.classes();
        }
        requireClasses(model.menu().size(), given);
        return IntStream.range(0, given).boxed().toList();
    }

    private static void requireClasses(int expected, int given) throws TminusException {
        if (expected != given) {
            throw new TminusException(
                    "The predictor gave " + given + " depth classes, but the model has " + expected + ".",
                    "Choose a predictor that fits the model.");
        }
    }

    /** The allowed path at this place of the menu; where limits forbid it the next costlier one, or else the last. */
    private Path allowedFrom(int menuIndex) {
        List<Path> menu = context.model().menu();
        List<Path> allowed = context.allowedPaths();
        if (allowed.size() == menu.size()) {
            return menu.get(menuIndex);
        }
        for (int index = menuIndex; index < menu.size(); index++) {
            if (allowed.contains(menu.get(index))) {
                return menu.get(index);
            }
        }
        return allowed.get(allowed.size() - 1);
    }

    @Override
    public List<Decision> next(Checkpoint checkpoint) {
        return Collections.nCopies(checkpoint.rows(), Decision.goOn());
    }

    @Override
    public void close() {}

    /** A number in [0, 1) from seed and row alone, so that a replayed request is decided the same way (SplitMix64). */
    private static double draw(long seed, int row) {
        return (mix(mix(seed) + 0x9E3779B97F4A7C15L * (row + 1L)) >>> 11) * 0x1p-53;
    }

    private static long mix(long value) {
        long z = value + 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
