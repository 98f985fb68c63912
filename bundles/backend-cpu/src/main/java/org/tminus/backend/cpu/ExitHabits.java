/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.backend.cpu;

import java.util.Map;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.Exit;
import org.tminus.model.Layer;
import org.tminus.model.LayerId;

/**
 * Which exits are read whenever a run comes by, as policies with checkpoints do: such an exit may run together with the
 * layers before it. Only an exit that costs next to nothing beside a layer is expected, so that one which nobody reads after
 * all is no loss. Thread-safe; a count that is lost when several threads count at once does not matter.
 */
final class ExitHabits {
    /** An exit is expected from here on, */
    private static final int EXPECTED = 16;
    /** counted at most so far, */
    private static final int MOST = 64;
    /** and each time that it is not read weighs so much: it is expected if it is read at least four times in five. */
    private static final int UNREAD = 4;

    private static final double LARGEST_SHARE = 0.1;
    private static final long LENGTH = 16;

    private final Map<LayerId, Exit> cheapExits;
    private final AtomicIntegerArray scores;

    ExitHabits(AdaptiveModel model) {
        cheapExits = model.exits().stream()
                .filter(exit -> isAlone(exit, model))
                .filter(exit -> exit.after()
                        .flatMap(model::layer)
                        .filter(layer -> exit.cost().flops(LENGTH)
                                <= LARGEST_SHARE * layer.cost().flops(LENGTH))
                        .isPresent())
                .collect(Collectors.toMap(exit -> exit.after().orElseThrow(), Function.identity()));
        scores = new AtomicIntegerArray(model.layers().size());
    }

    /** Where there are several after one layer, what is answered there could be another's. */
    private static boolean isAlone(Exit exit, AdaptiveModel model) {
        return model.exits().stream()
                        .filter(other -> other.after().equals(exit.after()))
                        .count()
                == 1;
    }

    /** The exit that will be read after this layer, as far as can be told; null if none is expected. */
    @Nullable
    Exit expected(Layer layer) {
        return scores.get(layer.index()) >= EXPECTED ? cheapExits.get(layer.id()) : null;
    }

    /** A run was at this layer, and its exit was read there, or it was not. */
    void passed(Layer layer, boolean read) {
        int score = scores.get(layer.index());
        int changed = read ? Math.min(MOST, score + 1) : Math.max(0, score - UNREAD);
        if (changed != score) {
            scores.set(layer.index(), changed);
        }
    }
}
