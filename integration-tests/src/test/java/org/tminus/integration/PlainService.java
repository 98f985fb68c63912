/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import org.osgi.framework.BundleContext;
import org.osgi.util.tracker.ServiceTracker;
import org.tminus.failure.NoBackendException;
import org.tminus.failure.TminusException;
import org.tminus.inference.InferenceRequest;
import org.tminus.inference.InferenceResult;
import org.tminus.inference.InferenceService;
import org.tminus.inference.PlatformStatus;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.ModelRepository;

/** The reference model, served. One instance of each service is used to the end, so they must stay the same. */
final class PlainService implements AutoCloseable {
    private final ModelRepository repository;
    private final InferenceService inference;
    private final PlatformStatus status;
    private final AdaptiveModel model;

    PlainService(BundleContext context) throws Exception {
        repository = service(context, ModelRepository.class);
        inference = service(context, InferenceService.class);
        status = service(context, PlatformStatus.class);
        model = repository.install(ReferenceModel.file());
    }

    /** A service that a feature which is installed must have registered; it stays in use when the tracker is closed. */
    static <S> S service(BundleContext context, Class<S> type) throws InterruptedException {
        ServiceTracker<S, S> tracker = new ServiceTracker<>(context, type, null);
        tracker.open();
        S service = tracker.waitForService(TminusTestSupport.PATIENCE.toMillis());
        assertThat(service).as("a service %s", type.getName()).isNotNull();
        tracker.close();
        return service;
    }

    boolean ready() {
        return status.ready();
    }

    List<String> warnings() {
        return status.warnings();
    }

    private InferenceRequest request() throws TminusException {
        return ReferenceModel.request(model, 2, 1).build();
    }

    void answer() throws Exception {
        try (InferenceResult result = inference.infer(request())) {
            assertThat(result.traces()).hasSize(2);
        }
    }

    void isRefusedForWantOfABackend() {
        assertThatExceptionOfType(NoBackendException.class).isThrownBy(() -> inference.infer(request()));
    }

    @Override
    public void close() throws TminusException {
        repository.remove(model.name(), model.version());
    }
}
