/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.demo.container;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.osgi.framework.VersionRange;
import org.tminus.failure.ModelNotFoundException;
import org.tminus.inference.PlatformStatus;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.ModelLease;
import org.tminus.model.ModelRepository;

/** Models that the platform would answer for. */
final class ReadyModels {
    private static final VersionRange ANY_VERSION = VersionRange.valueOf("0");
    private static final Duration PREPARATION = Duration.ofSeconds(30);

    private final ModelRepository repository;
    private final PlatformStatus status;

    ReadyModels(ModelRepository repository, PlatformStatus status) {
        this.repository = repository;
        this.status = status;
    }

    /**
     * The model, once it is installed, the platform would answer for it, and its paths are compiled.
     *
     * @return the caller closes it
     * @throws IllegalStateException if it does not come up, with what the platform says about it
     */
    ModelLease await(String name) throws IOException, InterruptedException {
        Rest.until(
                () -> status.ready()
                        && repository.models().stream()
                                .anyMatch(model -> model.name().equals(name)),
                () -> "the model '" + name + "' is not ready; installed are "
                        + repository.models().stream().map(AdaptiveModel::name).toList() + "; the platform says "
                        + status.warnings());
        ModelLease lease;
        try {
            lease = repository.acquire(name, ANY_VERSION);
        } catch (ModelNotFoundException e) {
            throw new IOException("The model was removed meanwhile", e);
        }
        try {
            Rest.atMost(PREPARATION, () -> isPrepared(lease.model()));
            return lease;
        } catch (InterruptedException | RuntimeException e) {
            lease.close();
            throw e;
        }
    }

    /** Whether the platform has tried to compile every path of the menu, so that it does not do so during a measurement. */
    private boolean isPrepared(AdaptiveModel model) {
        Map<String, Long> counters = status.counters();
        long tried = counters.getOrDefault("pathsPrepared", 0L) + counters.getOrDefault("preparationsFailed", 0L);
        return tried >= model.menu().size();
    }
}
