/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal;

import java.io.File;
import java.nio.file.Path;
import java.util.Dictionary;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.ManagedServiceFactory;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;
import org.tminus.backend.Backend;
import org.tminus.coordinator.internal.certificate.Withdrawal;
import org.tminus.coordinator.internal.certificate.WithdrawalStore;
import org.tminus.coordinator.internal.configuration.Config;
import org.tminus.coordinator.internal.configuration.ConfigurationHolder;
import org.tminus.coordinator.internal.configuration.ConfigurationStore;
import org.tminus.failure.TminusException;
import org.tminus.inference.CertificateControl;
import org.tminus.inference.CertifiedPoint;
import org.tminus.inference.ConfigurationProblem;
import org.tminus.inference.InferenceRequest;
import org.tminus.inference.InferenceResult;
import org.tminus.inference.InferenceService;
import org.tminus.inference.PlatformStatus;
import org.tminus.inference.ServiceState;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.ModelRepository;
import org.tminus.policy.Policy;
import org.tminus.predictor.ComplexityPredictor;

/**
 * The coordinator as a component. It has no mandatory reference: it is there, and says what is missing, also when nothing
 * else is. Configuration is taken as it comes and validated here, so that no value can keep it from being active.
 */
@Component(
        service = {InferenceService.class, PlatformStatus.class, CertificateControl.class},
        configurationPid = ConfigurationHolder.PID,
        configurationPolicy = ConfigurationPolicy.OPTIONAL,
        immediate = true)
@Designate(ocd = Config.class)
public final class CoordinatorComponent implements InferenceService, PlatformStatus, CertificateControl {
    private static final String LAST_GOOD = "last-good-configuration.properties";
    private static final String WITHDRAWN = "withdrawn-certificates.properties";

    private final BundleContext context;
    private final ConfigurationHolder configuration;
    private final Coordinator coordinator;
    private volatile @Nullable CertificateEvents events;
    private @Nullable ServiceRegistration<ManagedServiceFactory> modelConfigurations;

    @Activate
    public CoordinatorComponent(BundleContext context, Map<String, Object> properties) {
        this.context = context;
        configuration = new ConfigurationHolder(new ConfigurationStore(file(context, LAST_GOOD)));
        configuration.start(properties);
        coordinator = new Coordinator(configuration, new WithdrawalStore(file(context, WITHDRAWN)), System::nanoTime);
        coordinator.certificates().listen(this::tell);
    }

    private static @Nullable Path file(BundleContext context, String name) {
        File file = context.getDataFile(name);
        return file == null ? null : file.toPath();
    }

    private void tell(Withdrawal withdrawal) {
        CertificateEvents listening = events;
        if (listening != null) {
            listening.withdrawn(withdrawal);
        }
    }

    /** Called when all services that are there already are bound: a session is opened with the model's lease then. */
    @Activate
    void start() {
        coordinator.start();
        Dictionary<String, Object> pid =
                FrameworkUtil.asDictionary(Map.of(Constants.SERVICE_PID, ModelConfigurations.FACTORY_PID));
        modelConfigurations =
                context.registerService(ManagedServiceFactory.class, new ModelConfigurations(configuration), pid);
    }

    @Modified
    void modified(Map<String, Object> properties) {
        configuration.update(properties);
    }

    @Deactivate
    void stop() {
        ServiceRegistration<ManagedServiceFactory> registered = modelConfigurations;
        if (registered != null) {
            registered.unregister();
        }
        coordinator.close();
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindRepository(ModelRepository repository) {
        coordinator.board().bindRepository(repository);
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindEvents(CertificateEvents listening) {
        events = listening;
    }

    void unbindEvents(CertificateEvents listening) {
        if (listening.equals(events)) {
            events = null;
        }
    }

    void unbindRepository(ModelRepository repository) {
        coordinator.board().unbindRepository(repository);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC, updated = "updatePolicy")
    void bindPolicy(Policy policy, ServiceReference<Policy> reference, Map<String, Object> properties) {
        coordinator.board().bindPolicy(policy, properties, bundle(reference));
    }

    void updatePolicy(Policy policy, Map<String, Object> properties) {
        coordinator.board().updatePolicy(policy, properties);
    }

    void unbindPolicy(Policy policy) {
        coordinator.board().unbindPolicy(policy);
    }

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            updated = "updatePredictor")
    void bindPredictor(
            ComplexityPredictor predictor,
            ServiceReference<ComplexityPredictor> reference,
            Map<String, Object> properties) {
        coordinator.board().bindPredictor(predictor, properties, bundle(reference));
    }

    void updatePredictor(ComplexityPredictor predictor, Map<String, Object> properties) {
        coordinator.board().updatePredictor(predictor, properties);
    }

    void unbindPredictor(ComplexityPredictor predictor) {
        coordinator.board().unbindPredictor(predictor);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC, updated = "updateBackend")
    void bindBackend(Backend backend, ServiceReference<Backend> reference, Map<String, Object> properties) {
        coordinator.board().bindBackend(backend, properties, bundle(reference));
    }

    void updateBackend(Backend backend, Map<String, Object> properties) {
        coordinator.board().updateBackend(backend, properties);
    }

    void unbindBackend(Backend backend) {
        coordinator.board().unbindBackend(backend);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void bindModel(AdaptiveModel model, ServiceReference<AdaptiveModel> reference, Map<String, Object> properties) {
        coordinator.board().bindModel(model, properties, bundle(reference));
    }

    void unbindModel(AdaptiveModel model) {
        coordinator.board().unbindModel(model);
    }

    private static String bundle(ServiceReference<?> reference) {
        Bundle bundle = reference.getBundle();
        return bundle == null ? "" : bundle.getSymbolicName() + " " + bundle.getVersion();
    }

    @Override
    public CompletableFuture<InferenceResult> submit(InferenceRequest request) {
        return coordinator.service().submit(request);
    }

    @Override
    public InferenceResult infer(InferenceRequest request) throws TminusException, InterruptedException {
        return coordinator.service().infer(request);
    }

    @Override
    public boolean ready() {
        return coordinator.status().ready();
    }

    @Override
    public List<String> warnings() {
        return coordinator.status().warnings();
    }

    @Override
    public List<ServiceState> services() {
        return coordinator.status().services();
    }

    @Override
    public String policyInForce(String model) {
        return coordinator.status().policyInForce(model);
    }

    @Override
    public List<ConfigurationProblem> configurationProblems() {
        return coordinator.status().configurationProblems();
    }

    @Override
    public List<CertifiedPoint> certificates() {
        return coordinator.status().certificates();
    }

    @Override
    public List<String> restore(String model) {
        return coordinator.certificates().restore(model);
    }

    @Override
    public Map<String, Long> counters() {
        return coordinator.status().counters();
    }
}
