/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Filter;
import org.tminus.backend.Backend;
import org.tminus.coordinator.internal.configuration.EffectiveSettings;
import org.tminus.coordinator.internal.pipeline.Leasable;
import org.tminus.coordinator.internal.pipeline.Pipeline;
import org.tminus.coordinator.internal.pipeline.ServiceBoard;
import org.tminus.coordinator.internal.pipeline.ServiceEntry;
import org.tminus.coordinator.internal.session.SessionSlot;
import org.tminus.coordinator.internal.session.Sessions;
import org.tminus.failure.ModelNotFoundException;
import org.tminus.inference.InferenceRequest;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.OperatingPoint;
import org.tminus.policy.Policy;
import org.tminus.predictor.ComplexityPredictor;

/** Chooses services by configuration and ranking; the choice for a model is kept until the pipeline changes. */
public final class Router {
    private record Table(Pipeline pipeline, Map<AdaptiveModel, Route> routes) {}

    private final ServiceBoard board;
    private final Sessions sessions;
    private volatile Table table;

    public Router(ServiceBoard board, Sessions sessions) {
        this.board = board;
        this.sessions = sessions;
        this.table = new Table(board.current(), new ConcurrentHashMap<>());
    }

    /**
     * The route for the newest version in range that can answer at once, or for the newest if none can: while a new
     * version is being opened, the one before it goes on answering.
     */
    Route route(InferenceRequest request) throws ModelNotFoundException {
        Table present = table();
        List<ServiceEntry<AdaptiveModel>> versions =
                present.pipeline().modelsInRange(request.model(), request.versions());
        Route newest = route(present, versions.get(0));
        if (versions.size() > 1 && !newest.hasReady(Set.of())) {
            for (ServiceEntry<AdaptiveModel> version : versions) {
                Route other = route(present, version);
                if (other.hasReady(Set.of())) {
                    return other;
                }
            }
        }
        return newest;
    }

    /**
     * Whether there is no use in waiting or looking again: no session of the route is open or may open, and no newer
     * pipeline has taken its place meanwhile.
     */
    boolean isHopeless(Route route, Set<Leasable> excluded) {
        return route.opening(excluded) == null
                && !route.hasReady(excluded)
                // Looked at last: what retires a session has changed the pipeline before.
                && route.pipeline().equals(board.current());
    }

    /** The route for exactly this model under the present pipeline. */
    public Route route(ServiceEntry<AdaptiveModel> model) {
        return route(table(), model);
    }

    private Table table() {
        Pipeline pipeline = board.current();
        Table present = table;
        if (!present.pipeline().equals(pipeline)) {
            present = new Table(pipeline, new ConcurrentHashMap<>());
            table = present;
        }
        return present;
    }

    private Route route(Table present, ServiceEntry<AdaptiveModel> model) {
        Route known = present.routes().get(model.service());
        return known != null
                ? known
                : present.routes().computeIfAbsent(model.service(), key -> build(present.pipeline(), model));
    }

    private Route build(Pipeline pipeline, ServiceEntry<AdaptiveModel> model) {
        EffectiveSettings settings =
                pipeline.configuration().forModel(model.service().name());
        OperatingPoint point = operatingPoint(model.service(), settings).orElse(null);
        List<SessionSlot> candidates = backends(pipeline, settings).stream()
                .map(backend -> sessions.slot(model, backend))
                .toList();
        return new Route(
                pipeline,
                model,
                settings,
                point,
                candidates,
                policy(pipeline, settings, point),
                predictors(pipeline, settings));
    }

    private static Optional<OperatingPoint> operatingPoint(AdaptiveModel model, EffectiveSettings settings) {
        String name = settings.operatingPoint();
        return (name == null ? Optional.<OperatingPoint>empty() : model.operatingPoint(name))
                .or(model::defaultOperatingPoint);
    }

    private static Route.Choice policy(Pipeline pipeline, EffectiveSettings settings, @Nullable OperatingPoint point) {
        List<ServiceEntry<Policy>> allowed =
                matching(pipeline.policies(), settings.global().policyFilter()).toList();
        String name = settings.policy();
        boolean filtered = settings.global().policyFilter() != null;
        if (name == null && point != null && !filtered) {
            name = point.policy();
        }
        if (name != null) {
            return named(allowed, name);
        }
        return allowed.isEmpty()
                ? new Route.Choice(null, filtered ? "No policy matches the filter" : "No policy is installed")
                : new Route.Choice(allowed.get(0), "");
    }

    /** A policy by name, whatever configuration says. */
    static Route.Choice policy(Pipeline pipeline, String name) {
        return named(pipeline.policies(), name);
    }

    private static Route.Choice named(List<ServiceEntry<Policy>> policies, String name) {
        for (ServiceEntry<Policy> entry : policies) {
            if (entry.name().equals(name)) {
                return new Route.Choice(entry, "");
            }
        }
        return new Route.Choice(null, "Policy '" + name + "' is not there");
    }

    private static List<ServiceEntry<ComplexityPredictor>> predictors(Pipeline pipeline, EffectiveSettings settings) {
        return matching(pipeline.predictors(), settings.global().predictorFilter())
                .filter(entry -> settings.predictor() == null || entry.name().equals(settings.predictor()))
                // What a stem gives cannot be read from a backend, so nothing can be handed to these.
                .filter(entry -> !"stem".equals(entry.properties().get(ComplexityPredictor.FEATURES)))
                .toList();
    }

    /** The named backend first, then the others as its stand-ins. */
    private static List<ServiceEntry<Backend>> backends(Pipeline pipeline, EffectiveSettings settings) {
        List<ServiceEntry<Backend>> ordered = new ArrayList<>();
        List<ServiceEntry<Backend>> others = new ArrayList<>();
        matching(pipeline.backends(), settings.global().backendFilter()).forEach(entry -> {
            boolean preferred = settings.backend() != null && entry.name().equals(settings.backend());
            (preferred ? ordered : others).add(entry);
        });
        ordered.addAll(others);
        return ordered;
    }

    private static <T> Stream<ServiceEntry<T>> matching(List<ServiceEntry<T>> entries, @Nullable Filter filter) {
        return filter == null ? entries.stream() : entries.stream().filter(entry -> filter.matches(entry.properties()));
    }
}
