/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.session;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.coordinator.internal.pipeline.Leasable;
import org.tminus.coordinator.internal.status.Counter;
import org.tminus.coordinator.internal.status.Counters;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.OperatingPoint;
import org.tminus.model.Path;

/**
 * Compiles the paths of a model's menu in the background, one after the other: full depth first, then those that the
 * default operating point is likely to take, then the others. Requests run uncompiled paths meanwhile. Each backend has
 * its own line, so that one that hangs holds up no other. Thread-safe.
 */
final class PathPreparer {
    private static final Logger LOG = LoggerFactory.getLogger(PathPreparer.class);

    private final Executor background;
    private final Counters counters;
    /** By the backend's lease. */
    private final Map<Leasable, SerialExecutor> lines = new ConcurrentHashMap<>();

    PathPreparer(Executor background, Counters counters) {
        this.background = background;
        this.counters = counters;
    }

    void prepare(SessionSlot slot) {
        try {
            lines.computeIfAbsent(slot.backend().lease(), backend -> new SerialExecutor(background))
                    .execute(() -> prepareAll(slot));
            if (slot.backend().lease().isRetired()) {
                forget(slot.backend().lease());
            }
        } catch (RejectedExecutionException e) {
            LOG.debug("The platform has stopped; no path of the {} is compiled", slot, e);
        }
    }

    /** The backend goes. */
    void forget(Leasable backend) {
        lines.remove(backend);
    }

    private void prepareAll(SessionSlot slot) {
        for (Path path : order(slot.view().model())) {
            // A lease for each path: a session that goes waits for one compilation at most, and interrupts that.
            BackgroundHolder holder = new BackgroundHolder(counters);
            if (!slot.tryAcquire(holder)) {
                return;
            }
            try {
                slot.session().prepare(path);
                counters.add(Counter.PATHS_PREPARED);
            } catch (Exception | Error e) {
                counters.add(Counter.PREPARATIONS_FAILED);
                LOG.info("Path {} of the {} runs without being compiled", path, slot, e);
            } finally {
                holder.end();
                slot.release(holder);
            }
        }
    }

    private static List<Path> order(AdaptiveModel model) {
        Set<Path> order = new LinkedHashSet<>();
        order.add(model.fullDepth());
        model.defaultOperatingPoint()
                .flatMap(point -> cheaperThan(model, point))
                .ifPresent(order::add);
        // The predictor's classes are the paths that adaptive policies choose from.
        model.predictor().ifPresent(predictor -> predictor.classes().stream()
                .map(index -> model.menu().get(index))
                .forEach(order::add));
        order.addAll(model.menu());
        return List.copyOf(order);
    }

    private static java.util.Optional<Path> cheaperThan(AdaptiveModel model, OperatingPoint point) {
        double limit = point.flopsRatio() * model.cost(model.fullDepth()).flops(0);
        return model.menu().stream()
                .filter(path -> model.cost(path).flops(0) <= limit)
                .reduce((cheaper, dearer) -> dearer);
    }
}
