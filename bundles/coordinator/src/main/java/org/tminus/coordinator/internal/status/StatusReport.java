/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.status;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Version;
import org.tminus.certificate.SequentialTest;
import org.tminus.coordinator.internal.certificate.CertificateBook;
import org.tminus.coordinator.internal.certificate.ModelCertificate;
import org.tminus.coordinator.internal.certificate.PointId;
import org.tminus.coordinator.internal.certificate.Standing;
import org.tminus.coordinator.internal.certificate.Withdrawal;
import org.tminus.coordinator.internal.configuration.ModelSettings;
import org.tminus.coordinator.internal.pipeline.Pipeline;
import org.tminus.coordinator.internal.pipeline.ServiceBoard;
import org.tminus.coordinator.internal.pipeline.ServiceEntry;
import org.tminus.coordinator.internal.request.Route;
import org.tminus.coordinator.internal.request.Router;
import org.tminus.coordinator.internal.rollout.RolloutBook;
import org.tminus.coordinator.internal.session.SessionSlot;
import org.tminus.inference.CertificateState;
import org.tminus.inference.CertifiedPoint;
import org.tminus.inference.ConfigurationProblem;
import org.tminus.inference.PlatformStatus;
import org.tminus.inference.ServiceState;
import org.tminus.model.AdaptiveModel;
import org.tminus.predictor.ComplexityPredictor;

/** Tells how the platform is, from what is in force at the moment of each call. Thread-safe. */
public final class StatusReport implements PlatformStatus {
    private static final String STATIC = "static";

    private final ServiceBoard board;
    private final Router router;
    private final Counters counters;
    private final CertificateBook certificates;
    private final RolloutBook rollouts;
    private final Supplier<List<ConfigurationProblem>> problems;

    public StatusReport(
            ServiceBoard board,
            Router router,
            Counters counters,
            CertificateBook certificates,
            RolloutBook rollouts,
            Supplier<List<ConfigurationProblem>> problems) {
        this.board = board;
        this.router = router;
        this.counters = counters;
        this.certificates = certificates;
        this.rollouts = rollouts;
        this.problems = problems;
    }

    @Override
    public boolean ready() {
        for (ServiceEntry<AdaptiveModel> model : board.current().allModels()) {
            if (router.route(model).hasReady(Set.of())) {
                return true;
            }
        }
        return false;
    }

    @Override
    public List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        Pipeline pipeline = board.current();
        if (pipeline.backends().isEmpty()) {
            warnings.add("No backend is installed, so no request can be answered.");
        }
        if (pipeline.models().isEmpty()) {
            warnings.add("No model is installed.");
        }
        for (ServiceEntry<AdaptiveModel> model : pipeline.allModels()) {
            warnAbout(model.service(), router.route(model), warnings);
        }
        for (String name : pipeline.models().keySet()) {
            ModelSettings own = pipeline.configuration().own(name);
            Version chosen = own == null ? null : own.version();
            if (chosen != null
                    && pipeline.models().getOrDefault(name, List.of()).stream()
                            .noneMatch(entry -> entry.service().version().equals(chosen))) {
                warnings.add("Model '" + name + "' is not there in version " + chosen
                        + ", which configuration chooses; the newest that is there answers.");
            }
        }
        for (ServiceState service : services()) {
            if (service.state().equals("quarantined")) {
                warnings.add(
                        "The " + service.kind() + " '" + service.name() + "' is in quarantine: " + service.reason());
            }
        }
        for (CertifiedPoint point : certificates()) {
            if (point.state() == CertificateState.WITHDRAWN) {
                warnings.add("Model " + point.model() + " " + point.modelVersion() + ": " + point.reason()
                        + " Only full depth is in force for it.");
            }
        }
        warnings.addAll(rollouts.warnings());
        for (ConfigurationProblem problem : problems.get()) {
            warnings.add("Configuration " + problem.pid() + ": " + problem.key() + " = '" + problem.value()
                    + "' is not used; expected " + problem.expected() + ".");
        }
        return warnings;
    }

    private static void warnAbout(AdaptiveModel model, Route route, List<String> warnings) {
        for (SessionSlot slot : route.candidates()) {
            if (slot.state() == SessionSlot.State.FAILED && slot.failure() != null) {
                warnings.add("The " + slot + " cannot be opened: " + slot.failure());
            }
        }
        if (!route.candidates().isEmpty() && !route.hasReady(Set.of())) {
            warnings.add("Model " + model + " is not open on any backend yet.");
        }
        if (route.policy().entry() == null) {
            warnings.add("Model " + model + " is answered along a static path: "
                    + route.policy().reason() + ".");
        }
        String point = route.settings().operatingPoint();
        if (point != null && model.operatingPoint(point).isEmpty()) {
            warnings.add("Model " + model + " has no operating point '" + point + "'; its default is in force.");
        }
    }

    @Override
    public List<ServiceState> services() {
        Pipeline pipeline = board.current();
        Set<ServiceEntry<?>> inForce = new HashSet<>();
        for (ServiceEntry<AdaptiveModel> model : pipeline.allModels()) {
            Route route = router.route(model);
            ServiceEntry<?> policy = route.policy().entry();
            if (policy != null) {
                inForce.add(policy);
            }
            route.predictors().stream().findFirst().ifPresent(inForce::add);
            route.candidates().stream()
                    .filter(slot -> slot.state() == SessionSlot.State.READY)
                    .findFirst()
                    .ifPresent(slot -> inForce.add(slot.backend()));
        }
        List<ServiceState> all = new ArrayList<>();
        pipeline.policies().forEach(entry -> all.add(state(entry, isIn(inForce, entry))));
        pipeline.predictors().forEach(entry -> all.add(state(entry, isIn(inForce, entry))));
        pipeline.backends().forEach(entry -> all.add(state(entry, isIn(inForce, entry))));
        return all;
    }

    /** A service whose properties changed has a new entry with the old lease. */
    private static boolean isIn(Set<ServiceEntry<?>> inForce, ServiceEntry<?> entry) {
        return inForce.stream().anyMatch(other -> other.lease() == entry.lease());
    }

    private static ServiceState state(ServiceEntry<?> entry, boolean inForce) {
        String state = "in force";
        String reason = "";
        if (entry.health().isQuarantined() || entry.health().isExhausted()) {
            state = "quarantined";
            reason = entry.health().reason();
        } else if (!inForce) {
            state = "waiting";
            reason = "stem".equals(entry.properties().get(ComplexityPredictor.FEATURES))
                    ? "it wants the stem's output, which no backend hands out"
                    : "no model uses it now";
        }
        return new ServiceState(entry.kind(), entry.name(), entry.bundle(), entry.ranking(), state, reason);
    }

    @Override
    public String policyInForce(String model) {
        List<ServiceEntry<AdaptiveModel>> versions = router.versionsInForce(model);
        if (versions.isEmpty()) {
            return STATIC;
        }
        ServiceEntry<?> policy = router.route(versions.get(0)).policy().entry();
        return policy == null || policy.health().isQuarantined() ? STATIC : policy.name();
    }

    @Override
    public List<ConfigurationProblem> configurationProblems() {
        return problems.get();
    }

    @Override
    public List<CertifiedPoint> certificates() {
        List<CertifiedPoint> all = new ArrayList<>();
        for (ServiceEntry<AdaptiveModel> model : board.current().allModels()) {
            List<SessionSlot> candidates = router.route(model).candidates();
            SessionSlot slot = candidates.isEmpty() ? null : candidates.get(0);
            ModelCertificate certificate = slot == null
                    ? ModelCertificate.of(model.service())
                    : slot.view().certificate();
            if (certificate != null) {
                certificate.points().stream()
                        .sorted()
                        .map(point -> state(model.service(), certificate, point, slot))
                        .forEach(all::add);
            }
        }
        return all;
    }

    private CertifiedPoint state(
            AdaptiveModel model, ModelCertificate certificate, String point, @Nullable SessionSlot slot) {
        Standing standing = slot == null || slot.state() != SessionSlot.State.READY
                ? Standing.uncertified("The model is not open on a backend.")
                : Standing.of(certificate, point, slot.numericClass(), certificates);
        PointId id = certificate.id(point);
        SequentialTest.State seen = id == null ? null : certificates.watched(id);
        Withdrawal withdrawal = id == null ? null : certificates.withdrawal(id, certificate.dataSince());
        if (withdrawal != null) {
            standing = new Standing(CertificateState.WITHDRAWN, withdrawal.reason(), id, Double.NaN, Double.NaN);
        }
        return new PointState(
                model.name(),
                model.version(),
                point,
                standing.state(),
                standing.reason(),
                certificate.limit(point),
                withdrawal != null ? withdrawal.compared() : seen == null ? 0 : seen.observed(),
                withdrawal != null ? withdrawal.disagreed() : seen == null ? 0 : seen.disagreed());
    }

    private record PointState(
            String model,
            Version modelVersion,
            String operatingPoint,
            CertificateState state,
            String reason,
            double limit,
            long compared,
            long disagreed)
            implements CertifiedPoint {}

    @Override
    public Map<String, Long> counters() {
        return counters.snapshot();
    }
}
