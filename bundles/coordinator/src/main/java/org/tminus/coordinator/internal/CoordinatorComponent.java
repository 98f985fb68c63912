/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.ConfigurationListener;
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
import org.tminus.coordinator.internal.journal.JournalBook;
import org.tminus.coordinator.internal.journal.RefusedModels;
import org.tminus.coordinator.internal.pipeline.ServiceBoard;
import org.tminus.coordinator.internal.rollout.RolloutBook;
import org.tminus.coordinator.internal.rollout.RolloutStore;
import org.tminus.failure.RolloutException;
import org.tminus.failure.TminusException;
import org.tminus.inference.CertificateControl;
import org.tminus.inference.CertifiedPoint;
import org.tminus.inference.ConfigurationProblem;
import org.tminus.inference.InferenceRequest;
import org.tminus.inference.InferenceResult;
import org.tminus.inference.InferenceService;
import org.tminus.inference.Journal;
import org.tminus.inference.JournalEntry;
import org.tminus.inference.PlatformStatus;
import org.tminus.inference.RolloutState;
import org.tminus.inference.Rollouts;
import org.tminus.inference.ServiceState;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.ModelRefusalListener;
import org.tminus.model.ModelRepository;
import org.tminus.policy.Policy;
import org.tminus.predictor.ComplexityPredictor;

/**
 * The coordinator as a component. It has no mandatory reference: it is there, and says what is missing, also when nothing
 * else is. Configuration is taken as it comes and validated here, so that no value can keep it from being active.
 */
@Component(
        service = {InferenceService.class, PlatformStatus.class, CertificateControl.class, Journal.class, Rollouts.class
        },
        configurationPid = ConfigurationHolder.PID,
        configurationPolicy = ConfigurationPolicy.OPTIONAL,
        immediate = true)
@Designate(ocd = Config.class)
public final class CoordinatorComponent
        implements InferenceService, PlatformStatus, CertificateControl, Journal, Rollouts {
    private static final String LAST_GOOD = "last-good-configuration.properties";
    private static final String WITHDRAWN = "withdrawn-certificates.properties";
    private static final String TRIALS = "rollouts.properties";
    private static final String JOURNAL = "journal.jsonl";
    /** Services are ready at once; one that is not must not hold up those that come after it. */
    private static final long INTAKE_MILLIS = 1_000;

    private final BundleContext context;
    private final ConfigurationHolder configuration;
    private final JournalBook journal;
    private final InstanceConfigurations instances;
    private final Coordinator coordinator;
    private final ExecutorService intake = Executors.newCachedThreadPool(CoordinatorComponent::thread);
    private final ServiceIntake<Policy> policies;
    private final ServiceIntake<ComplexityPredictor> predictors;
    private final ServiceIntake<Backend> backends;
    private final ServiceIntake<AdaptiveModel> models;
    private final List<ServiceRegistration<?>> registrations = new ArrayList<>();
    private volatile @Nullable CertificateEvents events;
    private volatile @Nullable JournalEvents readers;
    private volatile @Nullable ConfigurationAdmin admin;

    @Activate
    public CoordinatorComponent(BundleContext context, Map<String, Object> properties) {
        this.context = context;
        journal = new JournalBook(file(context, JOURNAL));
        journal.listen(this::tell);
        configuration = new ConfigurationHolder(new ConfigurationStore(file(context, LAST_GOOD)), journal);
        configuration.start(properties);
        instances = new InstanceConfigurations(() -> admin, configuration);
        coordinator = new Coordinator(
                configuration,
                new WithdrawalStore(file(context, WITHDRAWN)),
                new RolloutStore(file(context, TRIALS)),
                journal,
                System::nanoTime);
        coordinator.listenToWithdrawals(this::tell);
        ServiceBoard board = coordinator.board();
        policies = intake(board::bindPolicy, board::updatePolicy, board::unbindPolicy);
        predictors = intake(board::bindPredictor, board::updatePredictor, board::unbindPredictor);
        backends = intake(board::bindBackend, board::updateBackend, board::unbindBackend);
        models = intake(board::bindModel, (registration, changed) -> {}, board::unbindModel);
    }

    private static Thread thread(Runnable task) {
        Thread thread = new Thread(task, "tminus-intake");
        thread.setDaemon(true);
        return thread;
    }

    /** Puts a service up. */
    private interface Binding<T> {
        void bind(Object registration, T service, Map<String, Object> properties, String bundle);
    }

    private <T> ServiceIntake<T> intake(
            Binding<T> bind, BiConsumer<Object, Map<String, Object>> update, Consumer<Object> unbind) {
        ServiceIntake.Board<T> board = new ServiceIntake.Board<>() {
            @Override
            public void bind(ServiceReference<T> reference, T service, Map<String, Object> properties) {
                bind.bind(reference, service, properties, bundle(reference));
            }

            @Override
            public void update(ServiceReference<T> reference, Map<String, Object> properties) {
                update.accept(reference, properties);
            }

            @Override
            public void unbind(ServiceReference<T> reference) {
                unbind.accept(reference);
            }
        };
        return new ServiceIntake<>(context, intake, INTAKE_MILLIS, board);
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

    private void tell(JournalEntry entry) {
        JournalEvents listening = readers;
        if (listening != null) {
            listening.written(entry);
        }
    }

    /** Called when all services that are there already are bound: a session is opened with the model's lease then. */
    @Activate
    void start() {
        // What single models and rollouts are to do is known before the first request, not some time after it.
        instances.look();
        coordinator.start();
        register(ConfigurationHolder.MODEL_FACTORY_PID, "Settings of single models");
        register(ConfigurationHolder.ROLLOUT_FACTORY_PID, "Rollouts");
        registrations.add(context.registerService(ModelRefusalListener.class, new RefusedModels(journal), null));
        registrations.add(context.registerService(ConfigurationListener.class, instances, null));
        instances.look();
    }

    private void register(String factoryPid, String name) {
        registrations.add(context.registerService(
                ManagedServiceFactory.class,
                instances.factory(name, factoryPid),
                FrameworkUtil.asDictionary(Map.of(Constants.SERVICE_PID, factoryPid))));
    }

    @Modified
    void modified(Map<String, Object> properties) {
        configuration.update(properties);
    }

    @Deactivate
    void stop() {
        registrations.forEach(ServiceRegistration::unregister);
        coordinator.close();
        // What is still getting ready is given back when it is, and put up nowhere.
        intake.shutdown();
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

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindReaders(JournalEvents listening) {
        readers = listening;
    }

    void unbindReaders(JournalEvents listening) {
        if (listening.equals(readers)) {
            readers = null;
        }
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindAdmin(ConfigurationAdmin present) {
        admin = present;
        coordinator.rollouts().promoteBy(new AdminPromotion(present));
        instances.look();
    }

    void unbindAdmin(ConfigurationAdmin present) {
        if (present.equals(admin)) {
            admin = null;
            coordinator.rollouts().promoteBy(RolloutBook.NOWHERE);
        }
    }

    void unbindRepository(ModelRepository repository) {
        coordinator.board().unbindRepository(repository);
    }

    @Reference(
            service = Policy.class,
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            updated = "updatePolicy")
    void bindPolicy(ServiceReference<Policy> reference) {
        policies.come(reference);
    }

    void updatePolicy(ServiceReference<Policy> reference) {
        policies.change(reference);
    }

    void unbindPolicy(ServiceReference<Policy> reference) {
        policies.go(reference);
    }

    @Reference(
            service = ComplexityPredictor.class,
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            updated = "updatePredictor")
    void bindPredictor(ServiceReference<ComplexityPredictor> reference) {
        predictors.come(reference);
    }

    void updatePredictor(ServiceReference<ComplexityPredictor> reference) {
        predictors.change(reference);
    }

    void unbindPredictor(ServiceReference<ComplexityPredictor> reference) {
        predictors.go(reference);
    }

    @Reference(
            service = Backend.class,
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            updated = "updateBackend")
    void bindBackend(ServiceReference<Backend> reference) {
        backends.come(reference);
    }

    void updateBackend(ServiceReference<Backend> reference) {
        backends.change(reference);
    }

    void unbindBackend(ServiceReference<Backend> reference) {
        backends.go(reference);
    }

    @Reference(
            service = AdaptiveModel.class,
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC)
    void bindModel(ServiceReference<AdaptiveModel> reference) {
        models.come(reference);
    }

    void unbindModel(ServiceReference<AdaptiveModel> reference) {
        models.go(reference);
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
        return coordinator.restore(model);
    }

    @Override
    public List<JournalEntry> latest(int count, @Nullable String kind, @Nullable String subject) {
        return journal.latest(count, kind, subject);
    }

    @Override
    public List<RolloutState> rollouts() {
        return coordinator.rollouts().rollouts();
    }

    @Override
    public void promote(String name) throws RolloutException {
        coordinator.rollouts().promote(name);
    }

    @Override
    public void rollBack(String name) throws RolloutException {
        coordinator.rollouts().rollBack(name);
    }

    @Override
    public void restart(String name) throws RolloutException {
        coordinator.rollouts().restart(name);
    }

    @Override
    public Map<String, Long> counters() {
        return coordinator.status().counters();
    }
}
