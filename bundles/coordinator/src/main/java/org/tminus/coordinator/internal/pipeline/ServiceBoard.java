/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.pipeline;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.tminus.backend.Backend;
import org.tminus.coordinator.internal.configuration.Configuration;
import org.tminus.coordinator.internal.journal.JournalBook;
import org.tminus.coordinator.internal.status.Counter;
import org.tminus.coordinator.internal.status.Counters;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.ModelRepository;
import org.tminus.policy.Policy;
import org.tminus.predictor.ComplexityPredictor;

/**
 * Where services are put up and taken down, by OSGi or by a test. Each change swaps one immutable {@link Pipeline} for
 * another; taking down returns when no request works with the service any more, or the bound is reached. What is put up is
 * a registration, told from others by the first argument: one object may be registered several times. Thread-safe.
 */
public final class ServiceBoard {
    /** What else has to happen when the pipeline changes. */
    public interface Listener {
        /** After each change; must be quick. */
        void changed(Pipeline pipeline);

        /** What hangs on a service that goes, for example the sessions of a backend; already retired. */
        List<? extends Leasable> retire(ServiceEntry<?> gone);
    }

    private static final Listener NOBODY = new Listener() {
        @Override
        public void changed(Pipeline pipeline) {
            // Nobody listens yet.
        }

        @Override
        public List<? extends Leasable> retire(ServiceEntry<?> gone) {
            return List.of();
        }
    };

    private final AtomicReference<Pipeline> current;
    private final Drainer drainer;
    private final Counters counters;
    private final ServiceNotes notes;
    private volatile Listener listener = NOBODY;

    public ServiceBoard(Configuration configuration, Drainer drainer, Counters counters, JournalBook journal) {
        this.current = new AtomicReference<>(Pipeline.empty(configuration));
        this.drainer = drainer;
        this.counters = counters;
        this.notes = new ServiceNotes(journal);
    }

    public void listen(Listener only) {
        listener = only;
        only.changed(current());
    }

    public Pipeline current() {
        return Objects.requireNonNull(current.get());
    }

    public void configure(Configuration configuration) {
        Pipeline after = current.updateAndGet(pipeline -> pipeline.withConfiguration(configuration));
        // Before anybody looks again: a higher limit may let what was exhausted answer.
        Stream.<List<? extends ServiceEntry<?>>>of(after.policies(), after.predictors(), after.backends())
                .flatMap(List::stream)
                .forEach(this::limit);
        tell(after);
    }

    /** Has everything chosen anew, though nothing is there that was not before. */
    public void renew() {
        listener.changed(current.updateAndGet(pipeline -> pipeline.withConfiguration(pipeline.configuration())));
    }

    private void limit(ServiceEntry<?> entry) {
        entry.health().limitLostCalls(current().configuration().global().abandonedCallLimit());
    }

    private <T> ServiceEntry<T> entry(
            Object registration, String kind, T service, Map<String, Object> properties, String bundle) {
        ServiceEntry<T> entry = ServiceEntry.of(registration, kind, service, properties, bundle);
        limit(entry);
        notes.came(entry);
        return entry;
    }

    public void bindPolicy(Object registration, Policy policy, Map<String, Object> properties, String bundle) {
        ServiceEntry<Policy> entry = entry(registration, "policy", policy, properties, bundle);
        swap(pipeline -> pipeline.withPolicies(plus(pipeline.policies(), entry)));
    }

    public void updatePolicy(Object registration, Map<String, Object> properties) {
        swap(pipeline -> pipeline.withPolicies(changed(pipeline.policies(), registration, properties)));
    }

    public DrainOutcome unbindPolicy(Object registration) {
        return remove(registration, Pipeline::policies, Pipeline::withPolicies);
    }

    public void bindPredictor(
            Object registration, ComplexityPredictor predictor, Map<String, Object> properties, String bundle) {
        ServiceEntry<ComplexityPredictor> entry = entry(registration, "predictor", predictor, properties, bundle);
        swap(pipeline -> pipeline.withPredictors(plus(pipeline.predictors(), entry)));
    }

    public void updatePredictor(Object registration, Map<String, Object> properties) {
        swap(pipeline -> pipeline.withPredictors(changed(pipeline.predictors(), registration, properties)));
    }

    public DrainOutcome unbindPredictor(Object registration) {
        return remove(registration, Pipeline::predictors, Pipeline::withPredictors);
    }

    public void bindBackend(Object registration, Backend backend, Map<String, Object> properties, String bundle) {
        ServiceEntry<Backend> entry = entry(registration, "backend", backend, properties, bundle);
        swap(pipeline -> pipeline.withBackends(plus(pipeline.backends(), entry)));
    }

    public void updateBackend(Object registration, Map<String, Object> properties) {
        swap(pipeline -> pipeline.withBackends(changed(pipeline.backends(), registration, properties)));
    }

    public DrainOutcome unbindBackend(Object registration) {
        return remove(registration, Pipeline::backends, Pipeline::withBackends);
    }

    public void bindModel(Object registration, AdaptiveModel model, Map<String, Object> properties, String bundle) {
        String problem = problem(model);
        if (!problem.isEmpty()) {
            notes.refused(ServiceEntry.of(registration, "model", model, properties, bundle), problem);
            return;
        }
        ServiceEntry<AdaptiveModel> entry = entry(registration, "model", model, properties, bundle);
        swap(pipeline -> pipeline.withModels(plus(pipeline.allModels(), entry)));
    }

    /** What every request would trip over; empty if there is nothing. */
    private static String problem(AdaptiveModel model) {
        try {
            boolean complete = !model.name().isEmpty()
                    && model.version() != null
                    && model.signature() != null
                    && model.menu().contains(model.fullDepth());
            return complete ? "" : "its description is not complete";
        } catch (RuntimeException | Error e) {
            return "its description cannot be read: " + e;
        }
    }

    public DrainOutcome unbindModel(Object registration) {
        return remove(registration, Pipeline::allModels, Pipeline::withModels);
    }

    public void bindRepository(ModelRepository repository) {
        swap(pipeline -> pipeline.withRepository(repository));
    }

    public void unbindRepository(ModelRepository repository) {
        swap(pipeline -> pipeline.repository() == repository ? pipeline.withRepository(null) : pipeline);
    }

    private void swap(Function<Pipeline, Pipeline> change) {
        tell(current.updateAndGet(change::apply));
    }

    private void tell(Pipeline after) {
        counters.add(Counter.SWAPS);
        listener.changed(after);
    }

    private <T> DrainOutcome remove(
            Object registration,
            Function<Pipeline, List<ServiceEntry<T>>> list,
            BiFunction<Pipeline, List<ServiceEntry<T>>, Pipeline> withList) {
        ServiceEntry<T> gone = find(list.apply(current()), registration);
        if (gone == null) {
            return DrainOutcome.DRAINED;
        }
        Pipeline after = current.updateAndGet(pipeline -> withList.apply(
                pipeline,
                list.apply(pipeline).stream()
                        .filter(entry -> entry.lease() != gone.lease())
                        .toList()));
        counters.add(Counter.SWAPS);
        notes.left(gone);
        gone.lease().retire();
        List<Leasable> parts = new ArrayList<>();
        parts.add(gone.lease());
        parts.addAll(listener.retire(gone));
        listener.changed(after);
        return drainer.drain(
                parts,
                () -> after.configuration().global().drainTimeoutNanos(),
                outcome -> notes.drained(gone, outcome));
    }

    private static <T> @Nullable ServiceEntry<T> find(List<ServiceEntry<T>> entries, Object registration) {
        for (ServiceEntry<T> entry : entries) {
            if (entry.registration().equals(registration)) {
                return entry;
            }
        }
        return null;
    }

    private static <T> List<ServiceEntry<T>> plus(List<ServiceEntry<T>> entries, ServiceEntry<T> added) {
        List<ServiceEntry<T>> all = new ArrayList<>(entries);
        all.add(added);
        all.sort(ServiceEntry.BY_RANKING);
        return List.copyOf(all);
    }

    private static <T> List<ServiceEntry<T>> changed(
            List<ServiceEntry<T>> entries, Object registration, Map<String, Object> properties) {
        return entries.stream()
                .map(entry -> entry.registration().equals(registration) ? entry.with(properties) : entry)
                .sorted(ServiceEntry.BY_RANKING)
                .toList();
    }
}
