/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.models.internal;

import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.osgi.framework.VersionRange;
import org.tminus.failure.ModelNotFoundException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.ModelLease;
import org.tminus.models.internal.store.ModelStore;

/** The models that can be used now. Thread-safe. */
final class Publications {
    private static final Comparator<AdaptiveModel> ORDER = Comparator.comparing(AdaptiveModel::name)
            .thenComparing(Comparator.comparing(AdaptiveModel::version).reversed());

    private final ModelStore store;
    private final List<AdaptiveModel> published = new CopyOnWriteArrayList<>();

    Publications(ModelStore store) {
        this.store = store;
    }

    void add(AdaptiveModel model) {
        published.add(model);
    }

    void remove(AdaptiveModel model) {
        published.removeIf(other -> other == model);
    }

    /** By name, then by version, newest first. */
    List<AdaptiveModel> models() {
        return published.stream().sorted(ORDER).toList();
    }

    ModelLease lease(String name, VersionRange versions) throws ModelNotFoundException {
        return lease(
                model -> model.name().equals(name) && versions.includes(model.version()),
                "named '" + name + "' with a version in " + versions);
    }

    ModelLease lease(AdaptiveModel wanted) throws ModelNotFoundException {
        return lease(model -> model.identity().equals(wanted.identity()), "that is exactly " + wanted);
    }

    /** A model may go between finding and holding it; then the next best counts. */
    private ModelLease lease(Predicate<AdaptiveModel> wanted, String description) throws ModelNotFoundException {
        for (AdaptiveModel model : models()) {
            if (wanted.test(model) && store.hold(model.identity())) {
                return new StoreLease(store, model);
            }
        }
        throw notFound(description);
    }

    ModelNotFoundException notFound(String description) {
        List<AdaptiveModel> models = models();
        return new ModelNotFoundException(
                "There is no model " + description + "; "
                        + (models.isEmpty() ? "none is installed." : "installed are " + models + "."),
                "Install it, or name one that is installed.");
    }
}
