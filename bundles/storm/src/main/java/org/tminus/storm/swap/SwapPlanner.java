/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm.swap;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Draws the swaps. Every other model swap is a bad one. Used by one thread. */
final class SwapPlanner {
    private final SplittableRandom random;
    private final Map<Kind, List<String>> targets;
    private boolean badNext;

    /** @param targets the names of the services that are swapped, by kind; models need none */
    SwapPlanner(long seed, Map<Kind, List<String>> targets) {
        this.random = new SplittableRandom(seed);
        this.targets = new EnumMap<>(targets);
    }

    /**
     * Draws one among the kinds that are free.
     *
     * @param isFree whether a kind can be swapped now
     * @param mayTakeDown whether services may go down now
     * @return null if no kind is free
     */
    @Nullable
    Swap next(Predicate<Kind> isFree, boolean mayTakeDown) {
        List<Kind> free = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            // A good model swap makes room first, which takes a version down.
            boolean possible = kind != Kind.MODEL || mayTakeDown || badNext;
            if (possible && isFree.test(kind)) {
                free.add(kind);
            }
        }
        if (free.isEmpty()) {
            return null;
        }
        Kind kind = free.get(random.nextInt(free.size()));
        return kind == Kind.MODEL ? model(mayTakeDown) : service(kind, mayTakeDown);
    }

    private Swap service(Kind kind, boolean mayTakeDown) {
        List<String> names = targets.getOrDefault(kind, List.of());
        return new Swap(kind, draw(Action.OF_SERVICES, mayTakeDown), names.get(random.nextInt(names.size())));
    }

    private Swap model(boolean mayTakeDown) {
        Action action = draw(badNext ? Action.BAD_MODELS : Action.GOOD_MODELS, mayTakeDown);
        badNext = !badNext;
        return new Swap(Kind.MODEL, action, "");
    }

    private Action draw(Set<Action> actions, boolean mayTakeDown) {
        List<Action> possible = actions.stream()
                .filter(action -> mayTakeDown || !action.takesDown())
                .toList();
        return possible.get(random.nextInt(possible.size()));
    }
}
