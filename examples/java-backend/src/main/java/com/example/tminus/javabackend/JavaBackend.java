/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package com.example.tminus.javabackend;

import org.osgi.service.component.annotations.Component;
import org.tminus.backend.Backend;
import org.tminus.backend.BackendSession;
import org.tminus.backend.DeviceDescription;
import org.tminus.backend.Telemetry;
import org.tminus.failure.BackendException;
import org.tminus.model.AdaptiveModel;

/**
 * Runs models in plain Java, wherever Java runs. It ranks below others, so that it stands in for them, or runs where
 * configuration names it.
 */
@Component(property = {Backend.NAME + "=java", "service.ranking:Integer=-100"})
public final class JavaBackend implements Backend {
    private final DeviceDescription device = DeviceDescription.builder("java")
            .name("Plain Java on " + System.getProperty("os.arch"))
            .numericClass("fp32")
            .concurrency(Runtime.getRuntime().availableProcessors())
            .build();

    @Override
    public DeviceDescription device() {
        return device;
    }

    /** There is nothing to report that Java does not report itself. */
    @Override
    public Telemetry telemetry() {
        return Telemetry.none();
    }

    @Override
    public BackendSession open(AdaptiveModel model) throws BackendException {
        return new JavaSession(model, Parts.of(model));
    }
}
