/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.policy.confidence.internal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tminus.failure.InvalidRequestException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.LayerId;
import org.tminus.model.Path;
import org.tminus.policy.Decision;
import org.tminus.policy.PolicyContext;
import org.tminus.policy.PolicyParameters;

/** The way to go when no exit is sure, and what to answer with when one is. Immutable. */
final class ExitPlan {
    private final Path path;
    private final Map<LayerId, Decision> stops;
    private final Decision start;

    private ExitPlan(Path path, Map<LayerId, Decision> stops) {
        this.path = path;
        this.stops = stops;
        this.start = Decision.run(path).withCheckpoints(List.copyOf(stops.keySet()));
    }

    /** Along the costliest allowed path, with a stop wherever it passes the end of another allowed path. */
    static ExitPlan of(AdaptiveModel model, List<Path> allowed) {
        return along(allowed.get(allowed.size() - 1), model, allowed);
    }

    /** The same along the costliest path that stays within the budget even when it reads all heads on its way. */
    static ExitPlan within(PolicyContext context) {
        AdaptiveModel model = context.model();
        List<Path> allowed = context.allowedPaths();
        double ratio = context.budget().flopsRatio().orElse(1);
        double limit = 0;
        for (int row = 0; row < context.rows(); row++) {
            limit += ratio * model.cost(model.fullDepth()).flops(context.length(row));
        }
        for (int index = allowed.size() - 1; index > 0; index--) {
            ExitPlan plan = along(allowed.get(index), model, allowed);
            if (plan.mostFlops(context) <= limit * (1 + 1e-9)) {
                return plan;
            }
        }
        return along(allowed.get(0), model, List.of());
    }

    private static ExitPlan along(Path path, AdaptiveModel model, List<Path> allowed) {
        Map<LayerId, Decision> stops = new LinkedHashMap<>();
        for (LayerId layer : path.layers()) {
            Path end = endingAfter(layer, path, model, allowed);
            if (end != null) {
                stops.put(layer, Decision.stop(end.exit()));
            }
        }
        return new ExitPlan(path, stops);
    }

    /** The allowed path that is the beginning of this one up to the layer, and answers through the exit there. */
    private static @Nullable Path endingAfter(LayerId layer, Path path, AdaptiveModel model, List<Path> allowed) {
        List<LayerId> begun = path.layers().subList(0, path.layers().indexOf(layer) + 1);
        for (Path candidate : allowed) {
            if (candidate.depth() < path.depth()
                    && candidate.layers().equals(begun)
                    && model.exit(candidate.exit())
                            .flatMap(exit -> exit.after())
                            .filter(layer::equals)
                            .isPresent()) {
                return candidate;
            }
        }
        return null;
    }

    private double mostFlops(PolicyContext context) {
        AdaptiveModel model = context.model();
        double total = 0;
        for (int row = 0; row < context.rows(); row++) {
            long length = context.length(row);
            total += model.cost(path).flops(length);
            for (Decision stop : stops.values()) {
                total += stop.exit()
                        .flatMap(model::exit)
                        .map(exit -> exit.cost().flops(length))
                        .orElse(0L);
            }
        }
        return total;
    }

    /** @throws InvalidRequestException if one of these is no layer after which the model's menu has an exit */
    ExitPlan restrictedTo(List<String> layers, AdaptiveModel model, PolicyParameters parameters)
            throws InvalidRequestException {
        List<LayerId> known = new ArrayList<>(of(model, model.menu()).stops.keySet());
        for (String layer : layers) {
            if (layer.isEmpty() || !known.contains(new LayerId(layer))) {
                throw parameters.invalid(
                        ConfidencePolicy.CHECKPOINTS,
                        "may name these layers, which have an exit on the menu: " + known);
            }
        }
        Map<LayerId, Decision> kept = new LinkedHashMap<>(stops);
        kept.keySet().removeIf(layer -> !layers.contains(layer.value()));
        return new ExitPlan(path, kept);
    }

    /** The first decision of every row. */
    Decision start() {
        return start;
    }

    /** How to stop after this layer; null where there is no stop. */
    @Nullable
    Decision stopAfter(LayerId layer) {
        return stops.get(layer);
    }
}
