/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.models.internal;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Version;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.failure.ModelFormatException;
import org.tminus.failure.ModelNotFoundException;
import org.tminus.model.AdaptiveModel;
import org.tminus.models.format.Limits;
import org.tminus.models.internal.archive.EntryNames;
import org.tminus.models.internal.description.CheckedArchive;
import org.tminus.models.internal.description.ModelDescription;
import org.tminus.models.internal.store.ModelStore;

/**
 * Turns model files into bundles, one at a time. The file is checked and its content on disk before the framework hears
 * of it, so that what can fail has failed while the old model is still in force.
 */
final class ModelInstaller {
    private static final Logger LOG = LoggerFactory.getLogger(ModelInstaller.class);

    private final BundleContext context;
    private final ModelStore store;
    private final Publications publications;
    private final ModelBundleTracker tracker;
    private final Supplier<Limits> limits;
    private final ReentrantLock oneAtATime = new ReentrantLock();

    ModelInstaller(
            BundleContext context,
            ModelStore store,
            Publications publications,
            ModelBundleTracker tracker,
            Supplier<Limits> limits) {
        this.context = context;
        this.store = store;
        this.publications = publications;
        this.tracker = tracker;
        this.limits = limits;
    }

    AdaptiveModel install(Path file) throws ModelFormatException {
        oneAtATime.lock();
        try (CheckedArchive checked = CheckedArchive.open(file, limits.get())) {
            ModelDescription description = checked.reader().description();
            Map<String, Path> files = store.hold(checked.what(), description, checked.archive());
            try {
                return install(description, files);
            } finally {
                store.release(description.identity());
            }
        } finally {
            oneAtATime.unlock();
        }
    }

    private AdaptiveModel install(ModelDescription description, Map<String, Path> files) throws ModelFormatException {
        Optional<Bundle> old = find(description.name(), description.version());
        try {
            if (old.isPresent() && holds(old.get(), description)) {
                LOG.info("The model {} is installed already.", description);
                old.get().start();
                return started(old.get(), description);
            }
            return old.isPresent() ? update(old.get(), description, files) : add(description, files);
        } catch (BundleException | IOException | IllegalStateException e) {
            throw new ModelFormatException(
                    "The model " + description + " cannot be installed as a bundle: " + e + ".",
                    "Check the free space of the container's data folder, and its log.",
                    e);
        }
    }

    private AdaptiveModel add(ModelDescription description, Map<String, Path> files)
            throws BundleException, IOException {
        String location = ModelBundles.location(description.name(), description.version());
        Path jar = writeJar(description.name(), description.version(), files);
        Bundle bundle;
        try (InputStream content = Files.newInputStream(jar)) {
            bundle = context.installBundle(location, content);
        } finally {
            Files.deleteIfExists(jar);
        }
        try {
            bundle.start();
            return started(bundle, description);
        } catch (BundleException | RuntimeException e) {
            try {
                bundle.uninstall();
            } catch (BundleException | RuntimeException undoing) {
                e.addSuppressed(undoing);
            }
            throw e;
        }
    }

    /** The same version with other content: the old one is served until the new one is. */
    private AdaptiveModel update(Bundle bundle, ModelDescription description, Map<String, Path> files)
            throws BundleException, IOException {
        TrackedModel tracked = tracker.getObject(bundle);
        if (tracked == null) {
            throw new IllegalStateException("The bundle " + bundle + " is not followed");
        }
        AdaptiveModel old = tracked.model();
        boolean held = old != null && store.hold(old.identity());
        boolean active = bundle.getState() == Bundle.ACTIVE;
        tracked.suspend();
        try {
            replace(bundle, description.name(), description.version(), files);
            bundle.start();
        } catch (BundleException | IOException | RuntimeException e) {
            if (old != null && held) {
                restore(bundle, old, active, e);
            }
            throw e;
        } finally {
            tracked.contentChanged();
            tracked.resume();
            if (old != null && held) {
                store.release(old.identity());
            }
        }
        return started(bundle, description);
    }

    /** A framework undoes an update that fails, but not one after which the bundle does not start. */
    private void restore(Bundle bundle, AdaptiveModel old, boolean active, Exception failure) {
        Map<String, Path> files = new HashMap<>();
        for (String entry : EntryNames.ALL) {
            old.file(entry).ifPresent(file -> files.put(entry, file));
        }
        try {
            replace(bundle, old.name(), old.version(), files);
            if (active) {
                bundle.start();
            }
        } catch (BundleException | IOException | RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    private void replace(Bundle bundle, String name, Version version, Map<String, Path> files)
            throws BundleException, IOException {
        Path jar = writeJar(name, version, files);
        try (InputStream content = Files.newInputStream(jar)) {
            bundle.update(content);
        } finally {
            Files.deleteIfExists(jar);
        }
    }

    private Path writeJar(String name, Version version, Map<String, Path> files) throws IOException {
        Path jar = store.temporaryFile();
        try (OutputStream target = new BufferedOutputStream(store.create(jar), 1 << 16)) {
            ModelBundleWriter.write(name, version, files, target);
        } catch (IOException e) {
            Files.deleteIfExists(jar);
            throw e;
        }
        return jar;
    }

    private boolean holds(Bundle bundle, ModelDescription description) {
        TrackedModel tracked = tracker.getObject(bundle);
        AdaptiveModel model = tracked == null ? null : tracked.model();
        return model != null && model.identity().equals(description.identity());
    }

    /**
     * Bundle events arrive in the thread that caused them, so the model is there as soon as its bundle started. While
     * the container itself is starting, a bundle whose start level is not reached yet is started later.
     */
    private AdaptiveModel started(Bundle bundle, ModelDescription description) {
        TrackedModel tracked = tracker.getObject(bundle);
        AdaptiveModel model = null;
        if (tracked != null) {
            model = bundle.getState() == Bundle.ACTIVE ? tracked.publishedModel() : tracked.model();
        }
        if (model == null || !model.identity().equals(description.identity())) {
            throw new IllegalStateException("The bundle " + bundle + " started, but its model was not published");
        }
        return model;
    }

    private Optional<Bundle> find(String name, Version version) {
        return Arrays.stream(context.getBundles())
                .filter(bundle -> ModelBundles.isOf(bundle, name, version))
                .findFirst();
    }

    void remove(String name, Version version) throws ModelNotFoundException {
        oneAtATime.lock();
        try {
            Bundle bundle = find(name, version)
                    .orElseThrow(() -> publications.notFound("named '" + name + "' with version " + version));
            bundle.uninstall();
        } catch (BundleException e) {
            throw new IllegalStateException("The framework did not remove the model " + name + " " + version, e);
        } finally {
            oneAtATime.unlock();
        }
    }
}
