/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.models.internal;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.util.tracker.BundleTracker;
import org.tminus.models.format.Limits;
import org.tminus.models.internal.store.ModelStore;

/** Follows every bundle that claims to be a model, in all states but uninstalled. */
final class ModelBundleTracker extends BundleTracker<TrackedModel> {
    private static final int INSTALLED =
            Bundle.INSTALLED | Bundle.RESOLVED | Bundle.STARTING | Bundle.ACTIVE | Bundle.STOPPING;

    private final ModelStore store;
    private final Publications publications;
    private final Refusals refusals;
    private final Supplier<Limits> limits;

    ModelBundleTracker(
            BundleContext context,
            ModelStore store,
            Publications publications,
            Refusals refusals,
            Supplier<Limits> limits) {
        super(context, INSTALLED, null);
        this.store = store;
        this.publications = publications;
        this.refusals = refusals;
        this.limits = limits;
    }

    @Override
    public @Nullable TrackedModel addingBundle(Bundle bundle, @Nullable BundleEvent event) {
        if (!ModelBundles.isClaimed(bundle)) {
            return null;
        }
        TrackedModel tracked = new TrackedModel(context, bundle, store, publications, refusals, limits);
        tracked.refresh();
        return tracked;
    }

    @Override
    public void modifiedBundle(Bundle bundle, @Nullable BundleEvent event, TrackedModel tracked) {
        if (event != null && event.getType() == BundleEvent.UPDATED) {
            tracked.contentChanged();
        }
        tracked.refresh();
    }

    @Override
    public void removedBundle(Bundle bundle, @Nullable BundleEvent event, TrackedModel tracked) {
        tracked.close(bundle.getState() == Bundle.UNINSTALLED);
    }
}
