/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.demo.container;

import java.io.IOException;
import java.nio.file.Path;
import org.osgi.framework.BundleContext;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.tminus.demo.data.InputTensors;
import org.tminus.demo.data.LabelledImages;
import org.tminus.demo.measure.LoadGenerator;
import org.tminus.demo.measure.PlainInputs;
import org.tminus.demo.report.DemoOutcome;
import org.tminus.demo.report.DemoRequest;
import org.tminus.inference.InferenceService;
import org.tminus.inference.PlatformStatus;
import org.tminus.model.ModelLease;
import org.tminus.model.ModelRepository;
import org.tminus.onnxruntime.OnnxRuntime;

/** Does what a {@link DemoRequest} says, with the services of this container. One run at a time. */
@Component(service = DemoRunner.class)
public final class DemoRunner {
    private static final int MEMORY_INPUTS = 1000;

    private final InferenceService service;
    private final PlatformStatus status;
    private final ConfigurationAdmin configurations;
    private final OnnxRuntime runtime;
    private final BundleContext context;
    private final ModelRepository repository;
    private final ReadyModels models;

    @Activate
    public DemoRunner(
            @Reference InferenceService service,
            @Reference ModelRepository repository,
            @Reference PlatformStatus status,
            @Reference ConfigurationAdmin configurations,
            @Reference OnnxRuntime runtime,
            BundleContext context) {
        this.service = service;
        this.status = status;
        this.configurations = configurations;
        this.runtime = runtime;
        this.context = context;
        this.repository = repository;
        this.models = new ReadyModels(repository, status);
    }

    /**
     * Blocks until done.
     *
     * @throws Exception whatever went wrong; failed requests during swaps are counted instead
     */
    public synchronized DemoOutcome run(DemoRequest request, ProgressListener listener) throws Exception {
        return request.task() == DemoRequest.Task.COMPARE ? compare(request, listener) : memory(request, listener);
    }

    private DemoOutcome compare(DemoRequest request, ProgressListener listener) throws Exception {
        listener.progress(0, "waiting for the model");
        try (ModelLease lease = models.await(request.model());
                LoadGenerator load = new LoadGenerator(request.threads())) {
            LabelledImages images = LabelledImages.read(Path.of(request.dataFolder()));
            if (images.count() < request.images()) {
                throw new IOException("The data has " + images.count() + " images, fewer than " + request.images());
            }
            listener.progress(0, "preparing the inputs");
            InputTensors inputs = InputTensors.prepare(lease.model(), images, request.images());
            inputs.write(Path.of(request.inputsFile()), MEMORY_INPUTS);
            try (PlainInputs plainInputs = new PlainInputs(runtime.environment(), inputs)) {
                ComparisonRun run = new ComparisonRun(
                        request,
                        lease.model(),
                        images,
                        inputs,
                        new Classifiers(service, runtime, inputs, plainInputs, request.seed()),
                        load,
                        listener);
                return run.run(
                        status,
                        points -> new ConfiguredPolicies(
                                context, configurations, lease.model().name(), points),
                        runtime.version());
            }
        }
    }

    private DemoOutcome memory(DemoRequest request, ProgressListener listener) throws Exception {
        InputTensors inputs = InputTensors.read(Path.of(request.inputsFile()), request.images());
        try (LoadGenerator load = new LoadGenerator(request.threads());
                PlainInputs plainInputs = new PlainInputs(runtime.environment(), inputs)) {
            Classifiers classifiers = new Classifiers(service, runtime, inputs, plainInputs, request.seed());
            return DemoOutcome.memory(
                    new MemoryRun(request, repository, models, classifiers, load, listener).peakMiB());
        }
    }
}
