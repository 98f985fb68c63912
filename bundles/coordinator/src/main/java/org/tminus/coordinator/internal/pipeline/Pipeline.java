/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.pipeline;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.VersionRange;
import org.tminus.backend.Backend;
import org.tminus.coordinator.internal.configuration.Configuration;
import org.tminus.failure.ModelNotFoundException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.ModelRepository;
import org.tminus.policy.Policy;
import org.tminus.predictor.ComplexityPredictor;

/**
 * All services and the configuration in force at one moment; each list is in the order of choice. Immutable.
 *
 * @param models by name, the newest version first
 */
public record Pipeline(
        List<ServiceEntry<Policy>> policies,
        List<ServiceEntry<ComplexityPredictor>> predictors,
        List<ServiceEntry<Backend>> backends,
        Map<String, List<ServiceEntry<AdaptiveModel>>> models,
        @Nullable ModelRepository repository,
        Configuration configuration) {
    /** Only itself: each change of what is there makes a new pipeline, and routes are kept for exactly one. */
    @Override
    public boolean equals(@Nullable Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }

    /** Nothing is there yet. */
    public static Pipeline empty(Configuration configuration) {
        return new Pipeline(List.of(), List.of(), List.of(), Map.of(), null, configuration);
    }

    public Pipeline withPolicies(List<ServiceEntry<Policy>> changed) {
        return new Pipeline(changed, predictors, backends, models, repository, configuration);
    }

    public Pipeline withPredictors(List<ServiceEntry<ComplexityPredictor>> changed) {
        return new Pipeline(policies, changed, backends, models, repository, configuration);
    }

    public Pipeline withBackends(List<ServiceEntry<Backend>> changed) {
        return new Pipeline(policies, predictors, changed, models, repository, configuration);
    }

    public Pipeline withModels(List<ServiceEntry<AdaptiveModel>> changed) {
        Map<String, List<ServiceEntry<AdaptiveModel>>> byName = changed.stream()
                .sorted(Comparator.comparing((ServiceEntry<AdaptiveModel> entry) ->
                                entry.service().version())
                        .reversed()
                        .thenComparing(ServiceEntry.BY_RANKING))
                .collect(Collectors.groupingBy(entry -> entry.service().name()));
        return new Pipeline(policies, predictors, backends, Map.copyOf(byName), repository, configuration);
    }

    public Pipeline withRepository(@Nullable ModelRepository changed) {
        return new Pipeline(policies, predictors, backends, models, changed, configuration);
    }

    public Pipeline withConfiguration(Configuration changed) {
        return new Pipeline(policies, predictors, backends, models, repository, changed);
    }

    /** All versions of all models. */
    public List<ServiceEntry<AdaptiveModel>> allModels() {
        List<ServiceEntry<AdaptiveModel>> all = new ArrayList<>();
        models.keySet().stream().sorted().forEach(name -> all.addAll(models.getOrDefault(name, List.of())));
        return all;
    }

    /**
     * The versions of a model in a range, newest first.
     *
     * @throws ModelNotFoundException if there are none; it names what is installed
     */
    public List<ServiceEntry<AdaptiveModel>> modelsInRange(String name, VersionRange range)
            throws ModelNotFoundException {
        List<ServiceEntry<AdaptiveModel>> versions = models.getOrDefault(name, List.of());
        // Most requests take any version, and most models have one: no list is built for them.
        if (versions.size() == 1 && range.includes(versions.get(0).service().version())) {
            return versions;
        }
        List<ServiceEntry<AdaptiveModel>> found = versions.stream()
                .filter(entry -> range.includes(entry.service().version()))
                .toList();
        if (found.isEmpty()) {
            String installed = allModels().stream()
                    .map(entry -> entry.service().name() + " " + entry.service().version())
                    .collect(Collectors.joining(", "));
            throw new ModelNotFoundException(
                    "There is no model '" + name + "' with a version in " + range + "; installed: "
                            + (installed.isEmpty() ? "none" : installed) + ".",
                    "Install the model, or ask for one that is installed.");
        }
        return found;
    }
}
