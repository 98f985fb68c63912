/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Filter;
import org.osgi.framework.Version;
import org.tminus.backend.Backend;
import org.tminus.coordinator.internal.configuration.EffectiveSettings;
import org.tminus.coordinator.internal.configuration.ModelSettings;
import org.tminus.coordinator.internal.configuration.RolloutSettings;
import org.tminus.coordinator.internal.pipeline.Leasable;
import org.tminus.coordinator.internal.pipeline.Pipeline;
import org.tminus.coordinator.internal.pipeline.ServiceBoard;
import org.tminus.coordinator.internal.pipeline.ServiceEntry;
import org.tminus.coordinator.internal.rollout.Rollout;
import org.tminus.coordinator.internal.rollout.RolloutBook;
import org.tminus.coordinator.internal.session.SessionSlot;
import org.tminus.coordinator.internal.session.Sessions;
import org.tminus.failure.ModelNotFoundException;
import org.tminus.failure.RequestCancelledException;
import org.tminus.inference.InferenceRequest;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.OperatingPoint;
import org.tminus.policy.Policy;
import org.tminus.predictor.ComplexityPredictor;

/** Chooses services by configuration and ranking; the choice for a model is kept until the pipeline changes. */
public final class Router {
    /** @param model the lease of its registration */
    private record Tried(Leasable model, Rollout rollout) {}

    /**
     * @param routes by the lease of the model's registration
     * @param versions by model name, those that answer requests for any, in the order of choice
     */
    private record Table(
            Pipeline pipeline,
            Map<Leasable, Route> routes,
            Map<Tried, Route> candidates,
            Map<String, List<ServiceEntry<AdaptiveModel>>> versions) {
        static Table of(Pipeline pipeline) {
            return new Table(pipeline, new ConcurrentHashMap<>(), new ConcurrentHashMap<>(), new ConcurrentHashMap<>());
        }
    }

    private final ServiceBoard board;
    private final Sessions sessions;
    private final RolloutBook rollouts;
    private volatile Table table;

    public Router(ServiceBoard board, Sessions sessions, RolloutBook rollouts) {
        this.board = board;
        this.sessions = sessions;
        this.rollouts = rollouts;
        this.table = Table.of(board.current());
    }

    /**
     * The route for a task. One that was drawn for a candidate which cannot answer now goes with all others.
     *
     * @throws RequestCancelledException if the task only repeats, and its candidate cannot
     */
    Route route(Task task, long now) throws ModelNotFoundException, RequestCancelledException {
        Ticket ticket = task.ticket();
        if (ticket != null && ticket.isCandidate()) {
            Rollout rollout = ticket.rollout();
            Route candidate = rollout.isRunning() ? candidate(task.request(), rollout, now) : null;
            if (candidate != null) {
                return candidate;
            }
            if (task.isShadow()) {
                throw new RequestCancelledException("The candidate cannot answer now.", "");
            }
            if (rollout.isRunning()) {
                rollout.unavailable();
            }
            task.leaveRollout();
        }
        return route(task.request());
    }

    /** The route with the candidate; null if it is not there, not open or in quarantine. */
    @Nullable
    Route candidate(InferenceRequest request, Rollout rollout, long now) throws ModelNotFoundException {
        Route route = tried(table(), request, rollout);
        return route != null && canAnswer(route, rollout.settings(), now) ? route : null;
    }

    private @Nullable Route tried(Table present, InferenceRequest request, Rollout rollout)
            throws ModelNotFoundException {
        RolloutSettings settings = rollout.settings();
        if (settings.isForModel()) {
            for (ServiceEntry<AdaptiveModel> version :
                    present.pipeline().models().getOrDefault(request.model(), List.of())) {
                if (version.service().version().equals(settings.candidateVersion())) {
                    return route(present, version);
                }
            }
            return null;
        }
        return tried(present, route(present, request).model(), rollout);
    }

    private Route tried(Table present, ServiceEntry<AdaptiveModel> model, Rollout rollout) {
        Tried key = new Tried(model.lease(), rollout);
        Route known = present.candidates().get(key);
        if (known != null) {
            return known;
        }
        RolloutSettings settings = rollout.settings();
        EffectiveSettings chosen = present.pipeline()
                .configuration()
                .forModel(model.service().name())
                .choosing(settings.kind(), settings.candidate());
        // Where the candidate may not be asked after all, what is in force judges, not nobody.
        List<ServiceEntry<ComplexityPredictor>> standIns = settings.kind().equals(RolloutSettings.PREDICTOR)
                ? route(present, model).predictors()
                : List.of();
        return present.candidates().computeIfAbsent(key, unseen -> build(present.pipeline(), model, chosen, standIns));
    }

    /** The session that a model needs for what is tried on it; null if nothing is, or it needs no other. */
    @Nullable
    SessionSlot triedSession(ServiceEntry<AdaptiveModel> model) {
        Table present = table();
        Rollout rollout = route(present, model).rollout();
        if (rollout == null || !rollout.settings().kind().equals(RolloutSettings.BACKEND)) {
            return null;
        }
        Route route = tried(present, model, rollout);
        return route.candidates().isEmpty() ? null : route.candidates().get(0);
    }

    private static boolean canAnswer(Route route, RolloutSettings settings, long now) {
        if (!route.hasReady(Set.of())) {
            return false;
        }
        return switch (settings.kind()) {
            case RolloutSettings.POLICY -> isFit(route.policy().entry(), settings, now);
            case RolloutSettings.PREDICTOR ->
                !route.predictors().isEmpty() && isFit(route.predictors().get(0), settings, now);
            case RolloutSettings.BACKEND -> {
                SessionSlot slot = route.candidates().get(0);
                yield slot.state() == SessionSlot.State.READY
                        && !slot.isRetired()
                        && isFit(slot.backend(), settings, now);
            }
            default -> true;
        };
    }

    private static boolean isFit(@Nullable ServiceEntry<?> entry, RolloutSettings settings, long now) {
        return entry != null
                && entry.name().equals(settings.candidate())
                && entry.health().wouldPermit(now);
    }

    /** Whether a candidate is there at all, whatever its health. */
    public boolean isThere(RolloutSettings settings) {
        Pipeline pipeline = board.current();
        return switch (settings.kind()) {
            case RolloutSettings.POLICY -> isAmong(pipeline.policies(), settings);
            case RolloutSettings.PREDICTOR -> isAmong(pipeline.predictors(), settings);
            case RolloutSettings.BACKEND -> isAmong(pipeline.backends(), settings);
            default ->
                pipeline.models().getOrDefault(settings.model(), List.of()).stream()
                        .anyMatch(entry -> entry.service().version().equals(settings.candidateVersion()));
        };
    }

    private static <T> boolean isAmong(List<ServiceEntry<T>> entries, RolloutSettings settings) {
        return entries.stream().anyMatch(entry -> entry.name().equals(settings.candidate()));
    }

    /** The versions of a model that answer requests for any, in the order of choice; empty if there is none. */
    public List<ServiceEntry<AdaptiveModel>> versionsInForce(String model) {
        Table present = table();
        List<ServiceEntry<AdaptiveModel>> all = present.pipeline().models().getOrDefault(model, List.of());
        return all.size() < 2 ? all : inForce(present, all);
    }

    private List<ServiceEntry<AdaptiveModel>> inForce(Table present, List<ServiceEntry<AdaptiveModel>> all) {
        String model = all.get(0).service().name();
        List<ServiceEntry<AdaptiveModel>> known = present.versions().get(model);
        return known != null
                ? known
                : present.versions().computeIfAbsent(model, name -> chooseVersions(present, name, all));
    }

    /**
     * The configured version first, also if it is tried, for example once more after its promotion; others that are only
     * tried not at all, unless there is nothing else.
     */
    private List<ServiceEntry<AdaptiveModel>> chooseVersions(
            Table present, String model, List<ServiceEntry<AdaptiveModel>> all) {
        ModelSettings own = present.pipeline().configuration().own(model);
        Version chosen = own == null ? null : own.version();
        Set<Version> held = rollouts.heldBack(model);
        List<ServiceEntry<AdaptiveModel>> open = new ArrayList<>(all);
        open.removeIf(entry -> held.contains(entry.service().version())
                && !entry.service().version().equals(chosen));
        if (open.isEmpty()) {
            open.addAll(all);
        }
        if (chosen != null) {
            // A stable sort: the others stay in their order.
            open.sort(Comparator.comparing(entry -> !entry.service().version().equals(chosen)));
        }
        return List.copyOf(open);
    }

    /**
     * The route for the newest version in range that can answer at once: while a new version is being opened, the one before
     * it goes on answering. If none can, the newest that no backend has failed to open yet is waited for, so that a bad version does not stand before a good one
     * while backends change. Requests for any version get the one in force.
     */
    Route route(InferenceRequest request) throws ModelNotFoundException {
        return route(table(), request);
    }

    private Route route(Table present, InferenceRequest request) throws ModelNotFoundException {
        List<ServiceEntry<AdaptiveModel>> versions = versions(present, request);
        Route newest = route(present, versions.get(0));
        if (versions.size() == 1 || newest.hasReady(Set.of())) {
            return newest;
        }
        Route hopeful = null;
        for (ServiceEntry<AdaptiveModel> version : versions) {
            Route other = route(present, version);
            if (other.hasReady(Set.of())) {
                return other;
            }
            if (hopeful == null && other.hasUntried()) {
                hopeful = other;
            }
        }
        return hopeful == null ? newest : hopeful;
    }

    /** The routes of all versions that may answer, in the order of choice. */
    List<Route> routes(InferenceRequest request) throws ModelNotFoundException {
        Table present = table();
        return versions(present, request).stream()
                .map(version -> route(present, version))
                .toList();
    }

    private List<ServiceEntry<AdaptiveModel>> versions(Table present, InferenceRequest request)
            throws ModelNotFoundException {
        List<ServiceEntry<AdaptiveModel>> versions =
                present.pipeline().modelsInRange(request.model(), request.versions());
        return versions.size() > 1 && RolloutRuns.takesAnyVersion(request) ? inForce(present, versions) : versions;
    }

    /** Whether a version in range is installed. */
    boolean hasVersion(InferenceRequest request) {
        try {
            return !board.current()
                    .modelsInRange(request.model(), request.versions())
                    .isEmpty();
        } catch (ModelNotFoundException e) {
            return false;
        }
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
            present = Table.of(pipeline);
            table = present;
        }
        return present;
    }

    private Route route(Table present, ServiceEntry<AdaptiveModel> model) {
        Route known = present.routes().get(model.lease());
        return known != null
                ? known
                : present.routes()
                        .computeIfAbsent(
                                model.lease(),
                                key -> build(
                                        present.pipeline(),
                                        model,
                                        present.pipeline()
                                                .configuration()
                                                .forModel(model.service().name()),
                                        List.of()));
    }

    private Route build(
            Pipeline pipeline,
            ServiceEntry<AdaptiveModel> model,
            EffectiveSettings settings,
            List<ServiceEntry<ComplexityPredictor>> standIns) {
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
                Stream.concat(predictors(pipeline, settings).stream(), standIns.stream())
                        .toList(),
                rollouts.atWork(model.service().name(), pipeline.configuration()));
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

    /**
     * The policy for a request: the one that it names, whatever configuration says; or that of the operating point that it
     * names, if configuration allows it; or the one in force.
     */
    static Route.Choice policy(Route route, InferenceRequest request) {
        if (request.policy().isPresent()) {
            return named(route.pipeline().policies(), request.policy().get());
        }
        Optional<OperatingPoint> point =
                request.operatingPoint().flatMap(route.model().service()::operatingPoint);
        return point.isEmpty()
                ? route.policy()
                : named(
                        matching(
                                        route.pipeline().policies(),
                                        route.settings().global().policyFilter())
                                .toList(),
                        point.get().policy());
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
