/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm.run;

import org.osgi.framework.BundleContext;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.tminus.inference.InferenceService;
import org.tminus.inference.PlatformStatus;
import org.tminus.model.ModelRepository;
import org.tminus.onnxruntime.OnnxRuntime;
import org.tminus.storm.Storm;
import org.tminus.storm.StormProgress;
import org.tminus.storm.StormReport;
import org.tminus.storm.StormRequest;

/** Storms with the services of this container. It refers to nothing that a storm replaces. */
@Component(service = Storm.class)
public final class StormComponent implements Storm {
    private final StormRun.Services services;

    @Activate
    public StormComponent(
            @Reference InferenceService inference,
            @Reference ModelRepository repository,
            @Reference PlatformStatus status,
            @Reference ConfigurationAdmin configurations,
            @Reference OnnxRuntime runtime,
            BundleContext context) {
        services = new StormRun.Services(context, inference, repository, status, configurations, runtime);
    }

    @Override
    public synchronized StormReport run(StormRequest request, StormProgress progress) throws Exception {
        return new StormRun(services, request, progress).run();
    }
}
