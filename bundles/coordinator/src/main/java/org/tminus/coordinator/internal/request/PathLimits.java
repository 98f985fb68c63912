/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.tminus.backend.Telemetry;
import org.tminus.coordinator.internal.configuration.GlobalSettings;
import org.tminus.coordinator.internal.session.ModelView;
import org.tminus.coordinator.internal.session.SessionSlot;
import org.tminus.failure.BudgetException;
import org.tminus.model.Cost;
import org.tminus.model.Path;
import org.tminus.policy.Budget;

/**
 * Applies safety, deadline and budget; {@link CertificateRule} stands between the last two. What a higher one leaves, a
 * lower one narrows; where nothing would be left, the cheapest path stays and the lower limit is missed. Stateless.
 */
final class PathLimits {
    private PathLimits() {}

    /**
     * What safety and the deadline leave of the menu; never empty, cheapest first.
     *
     * @param telemetry asked only if a safety limit is configured
     * @param nanosLeft until the deadline; Long.MAX_VALUE for none
     */
    static List<Path> open(
            SessionSlot slot, Batch batch, GlobalSettings settings, Supplier<Telemetry> telemetry, long nanosLeft) {
        List<Path> paths = slot.view().menu();
        if (isUnsafe(settings, telemetry)) {
            paths = paths.subList(0, 1);
        }
        if (nanosLeft != Long.MAX_VALUE) {
            paths = keep(paths, path -> slot.times().expected(path, batch.rows()) <= nanosLeft);
        }
        return paths;
    }

    private static boolean isUnsafe(GlobalSettings settings, Supplier<Telemetry> telemetry) {
        Long memory = settings.memoryLimitBytes();
        Double temperature = settings.temperatureLimitCelsius();
        if (memory == null && temperature == null) {
            return false;
        }
        Telemetry figures = telemetry.get();
        OptionalDouble used = figures.figure(Telemetry.MEMORY_BYTES);
        OptionalDouble heat = figures.figure(Telemetry.TEMPERATURE_CELSIUS);
        return (memory != null && used.isPresent() && used.getAsDouble() > memory)
                || (temperature != null && heat.isPresent() && heat.getAsDouble() > temperature);
    }

    /** The paths that pass; the cheapest if none does. */
    private static List<Path> keep(List<Path> paths, Predicate<Path> passes) {
        List<Path> kept = paths.stream().filter(passes).toList();
        return kept.isEmpty() ? paths.subList(0, 1) : kept;
    }

    /**
     * What a budget leaves of these paths; the cheapest if it leaves none.
     *
     * @param strict whether a budget that cannot be met is an error
     */
    static Allowed withinBudget(SessionSlot slot, Batch batch, Budget budget, List<Path> paths, boolean strict)
            throws BudgetException {
        if (budget.isUnlimited()) {
            return new Allowed(paths, false);
        }
        ModelView view = slot.view();
        List<Path> kept = paths.stream()
                .filter(path -> meetsForEachInput(slot, batch, budget, path))
                .toList();
        boolean missed = kept.isEmpty();
        OptionalDouble ratio = budget.flopsRatio();
        if (!missed && ratio.isPresent()) {
            // The ratio is a mean: hard inputs may take more, as long as there is a path that is cheap enough at all.
            double limit = ratio.getAsDouble() * view.flops(view.fullDepth(), batch.length());
            missed = view.flops(kept.get(0), batch.length()) > limit;
        }
        if (!missed) {
            return new Allowed(kept, false);
        }
        if (strict) {
            throw missed(view, budget);
        }
        return new Allowed(paths.subList(0, 1), true);
    }

    static BudgetException missed(ModelView view, Budget budget) {
        return new BudgetException(
                "No path in force of model " + view.model() + " meets " + budget + ".",
                "Ask for a larger budget, or accept the cheapest path by leaving strict off.");
    }

    /** Whether a path meets what the budget says of each single input: latency and memory. */
    static boolean meetsForEachInput(SessionSlot slot, Batch batch, Budget budget, Path path) {
        if (budget.latency().isPresent()
                && slot.times().expected(path, batch.rows())
                        > budget.latency().get().toNanos()) {
            return false;
        }
        OptionalLong memory = budget.memoryBytes();
        if (memory.isPresent()) {
            Cost cost = slot.view().model().cost(path);
            return cost.weightBytes() + batch.rows() * cost.activationBytes(batch.length()) <= memory.getAsLong();
        }
        return true;
    }

    /** The path for all rows where no policy decides: the deepest that meets the budget, full depth without one. */
    static Path staticPath(ModelView view, Batch batch, Budget budget, Allowed allowed) {
        List<Path> paths = allowed.paths();
        if (budget.flopsRatio().isEmpty()) {
            return paths.get(paths.size() - 1);
        }
        double limit = budget.flopsRatio().getAsDouble() * view.flops(view.fullDepth(), batch.length());
        Path deepest = paths.get(0);
        for (Path path : paths) {
            if (view.flops(path, batch.length()) <= limit) {
                deepest = path;
            }
        }
        return deepest;
    }
}
