/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.models.internal;

import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.failure.ModelFormatException;
import org.tminus.model.AdaptiveModel;
import org.tminus.models.format.Limits;
import org.tminus.models.internal.archive.EntrySource;
import org.tminus.models.internal.description.FormatFailures;
import org.tminus.models.internal.description.ModelDescription;
import org.tminus.models.internal.description.ModelReader;
import org.tminus.models.internal.store.ModelStore;

/**
 * One bundle that claims to be a model. While it is installed its files are held; while it is active the model is a
 * service, registered by this bundle, so that an update can publish the new content before it withdraws the old.
 */
final class TrackedModel {
    private static final Logger LOG = LoggerFactory.getLogger(TrackedModel.class);

    private record Published(AdaptiveModel model, ServiceRegistration<AdaptiveModel> registration) {}

    private final BundleContext context;
    private final Bundle bundle;
    private final ModelStore store;
    private final Publications publications;
    private final Refusals refusals;
    private final Supplier<Limits> limits;

    private @Nullable AdaptiveModel model;
    private @Nullable Published published;
    private boolean contentChanged = true;
    private boolean suspended;

    TrackedModel(
            BundleContext context,
            Bundle bundle,
            ModelStore store,
            Publications publications,
            Refusals refusals,
            Supplier<Limits> limits) {
        this.context = context;
        this.bundle = bundle;
        this.store = store;
        this.publications = publications;
        this.refusals = refusals;
        this.limits = limits;
    }

    /** Leaves everything as it is until {@link #resume()}, while the bundle is stopped for an update. */
    synchronized void suspend() {
        suspended = true;
    }

    synchronized void resume() {
        suspended = false;
        refresh();
    }

    synchronized void contentChanged() {
        contentChanged = true;
    }

    /** Brings files and service in line with the bundle. */
    synchronized void refresh() {
        if (suspended) {
            return;
        }
        AdaptiveModel before = model;
        if (contentChanged) {
            contentChanged = false;
            model = read();
            if (before != null && model != null && before.identity().equals(model.identity())) {
                store.release(before.identity());
                model = before;
            }
        }
        AdaptiveModel current = bundle.getState() == Bundle.ACTIVE ? model : null;
        Published old = published;
        if (old == null || old.model() != current) {
            published = current == null ? null : publish(current);
            if (old != null) {
                withdraw(old);
            }
        }
        if (before != null && before != model) {
            store.release(before.identity());
        }
    }

    /** The model of the bundle, its files held; null if it is not acceptable. */
    private @Nullable AdaptiveModel read() {
        String what = "The bundle " + bundle.getSymbolicName() + " " + bundle.getVersion();
        try {
            EntrySource source = ModelBundles.open(bundle);
            ModelReader reader = ModelReader.readDescription(what, source, limits.get());
            ModelDescription description = reader.description();
            if (!ModelBundles.isOf(bundle, description.name(), description.version())) {
                throw FormatFailures.invalid(what + " holds the model " + description
                        + ", which must be in a bundle named " + ModelBundles.symbolicName(description.name())
                        + " of the same version.");
            }
            Map<String, java.nio.file.Path> files = store.hold(what, description, source);
            try {
                return reader.model(files);
            } catch (ModelFormatException e) {
                store.release(description.identity());
                throw e;
            }
        } catch (ModelFormatException | IllegalStateException e) {
            LOG.error("Not publishing a model: {} is refused. {}", what, e.getLocalizedMessage());
            LOG.debug("Where it was refused:", e);
            refusals.tell(bundle.getLocation(), e);
            return null;
        }
    }

    private @Nullable Published publish(AdaptiveModel current) {
        Map<String, Object> properties =
                Map.of(AdaptiveModel.NAME_PROPERTY, current.name(), AdaptiveModel.VERSION_PROPERTY, current.version());
        publications.add(current);
        try {
            ServiceRegistration<AdaptiveModel> registration =
                    context.registerService(AdaptiveModel.class, current, FrameworkUtil.asDictionary(properties));
            LOG.info("The model {} can be used.", current);
            return new Published(current, registration);
        } catch (IllegalStateException e) {
            // This bundle is stopping.
            publications.remove(current);
            return null;
        }
    }

    private void withdraw(Published old) {
        try {
            old.registration().unregister();
        } catch (IllegalStateException e) {
            LOG.debug("The framework withdrew {} already.", old.model(), e);
        }
        publications.remove(old.model());
        LOG.info("The model {} is withdrawn.", old.model());
    }

    /** What the bundle holds now; null if it is no acceptable model. */
    synchronized @Nullable AdaptiveModel model() {
        return model;
    }

    /** What others can use now; null if nothing. */
    synchronized @Nullable AdaptiveModel publishedModel() {
        return published == null ? null : published.model();
    }

    /** Withdraws the service; files stay where the bundle stays. */
    synchronized void close(boolean uninstalled) {
        if (published != null) {
            withdraw(published);
            published = null;
        }
        if (model != null && uninstalled) {
            store.release(model.identity());
            model = null;
        }
    }
}
