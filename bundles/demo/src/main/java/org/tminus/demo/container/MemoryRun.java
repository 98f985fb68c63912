/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.demo.container;

import java.nio.file.Path;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.demo.measure.Classifier;
import org.tminus.demo.measure.LoadGenerator;
import org.tminus.demo.measure.ProcessMemory;
import org.tminus.demo.measure.RowMeter;
import org.tminus.demo.report.DemoRequest;
import org.tminus.demo.report.RowPlan;
import org.tminus.model.ModelLease;
import org.tminus.model.ModelRepository;

/** Measures what one row takes beyond the idle container: from before the model is loaded to the last answer. */
final class MemoryRun {
    private static final Logger LOG = LoggerFactory.getLogger(MemoryRun.class);
    private static final double MIB = 1024.0 * 1024.0;

    private final DemoRequest request;
    private final ModelRepository repository;
    private final ReadyModels models;
    private final Classifiers classifiers;
    private final LoadGenerator load;
    private final ProgressListener listener;

    MemoryRun(
            DemoRequest request,
            ModelRepository repository,
            ReadyModels models,
            Classifiers classifiers,
            LoadGenerator load,
            ProgressListener listener) {
        this.request = request;
        this.repository = repository;
        this.models = models;
        this.classifiers = classifiers;
        this.load = load;
        this.listener = listener;
    }

    /**
     * Null where the system does not tell.
     *
     * @throws Exception the first failure of a request, or why the model cannot be loaded
     */
    @Nullable
    Double peakMiB() throws Exception {
        ProcessMemory memory = new ProcessMemory();
        listener.progress(0.1, "waiting for the container to come to rest");
        OptionalLong idle = Rest.await(memory);
        if (idle.isEmpty() || !memory.resetPeak()) {
            LOG.warn("The system does not tell the peak of resident memory; the figure is left out");
            return null;
        }
        listener.progress(0.3, "answering");
        RowPlan plan = request.rows().get(0);
        if (plan.kind() == RowPlan.Kind.PLATFORM) {
            repository.install(Path.of(String.valueOf(request.modelFile())));
            try (ModelLease lease = models.await(request.model())) {
                send(classifiers.open(plan, lease.model()));
            }
        } else {
            send(classifiers.plain(plan));
        }
        OptionalLong peak = memory.peak();
        return peak.isPresent() ? (peak.getAsLong() - idle.getAsLong()) / MIB : null;
    }

    private void send(Classifier opened) throws Exception {
        try (Classifier classifier = opened) {
            load.send(classifier, 0, request.images(), new RowMeter(request.images()));
        }
    }
}
