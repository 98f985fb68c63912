/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm.swap;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.wiring.FrameworkWiring;
import org.tminus.storm.leak.ClassLoaderWatch;

/**
 * A bundle that brings a service, and the file that it can be made anew from. Each of the ways to replace it ends when the service is back.
 * Used by one thread at a time.
 */
final class SwappableBundle {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final int ATTEMPTS = 20;
    private static final long PAUSE_MILLIS = 50;

    private final BundleContext context;
    private final ClassLoaderWatch classLoaders;
    private final Kind kind;
    private final String name;
    private final Path file;
    private Bundle bundle;

    SwappableBundle(
            BundleContext context, ClassLoaderWatch classLoaders, Kind kind, String name, Path file, Bundle bundle) {
        this.context = context;
        this.classLoaders = classLoaders;
        this.kind = kind;
        this.name = name;
        this.file = file;
        this.bundle = bundle;
    }

    /** Installs and starts a bundle that is not there yet. */
    static SwappableBundle install(
            BundleContext context, ClassLoaderWatch classLoaders, Kind kind, String name, Path file)
            throws BundleException, IOException, InterruptedException {
        String location = "tminus-storm:" + file.getFileName();
        Bundle installed;
        try (InputStream content = Files.newInputStream(file)) {
            installed = context.installBundle(location, content);
        }
        SwappableBundle made = new SwappableBundle(context, classLoaders, kind, name, file, installed);
        made.start();
        return made;
    }

    Kind kind() {
        return kind;
    }

    String name() {
        return name;
    }

    Bundle bundle() {
        return bundle;
    }

    Path file() {
        return file;
    }

    /** Replaces the bundle in one of the ways that keep its service. */
    void replace(Action action) throws BundleException, IOException, InterruptedException {
        switch (action) {
            case RESTART -> {
                stop();
                start();
            }
            case UPDATE -> update();
            case REFRESH -> {
                update();
                refresh();
            }
            case REINSTALL -> reinstall();
            default -> throw new IllegalArgumentException(action + " does not replace a bundle");
        }
    }

    void stop() throws BundleException {
        bundle.stop();
    }

    void start() throws BundleException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                bundle.start();
                break;
            } catch (BundleException e) {
                // The framework may find a package missing while another thread refreshes bundles; it is there a moment
                // later.
                if (e.getType() != BundleException.RESOLVE_ERROR || attempt == ATTEMPTS) {
                    throw e;
                }
                Thread.sleep(PAUSE_MILLIS);
            }
        }
        awaitService();
    }

    private void update() throws BundleException, IOException, InterruptedException {
        classLoaders.replaced(bundle);
        try (InputStream content = Files.newInputStream(file)) {
            bundle.update(content);
        } catch (BundleException e) {
            // It is updated, and was not started again for the reason that start() knows.
            if (e.getType() != BundleException.RESOLVE_ERROR) {
                throw e;
            }
        }
        start();
    }

    /** Gives the old class loader up, after an update or an uninstallation. */
    void refresh() throws InterruptedException, BundleException {
        classLoaders.replaced(bundle);
        CountDownLatch done = new CountDownLatch(1);
        context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION)
                .adapt(FrameworkWiring.class)
                .refreshBundles(List.of(bundle), event -> {
                    if (event.getType() == FrameworkEvent.PACKAGES_REFRESHED) {
                        done.countDown();
                    }
                });
        if (!done.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new IllegalStateException(bundle + " was not refreshed within " + PATIENCE.toSeconds() + " s");
        }
        if (bundle.getState() != Bundle.UNINSTALLED) {
            // The framework does not start it again for the reason that start() knows.
            start();
        }
    }

    private void reinstall() throws BundleException, IOException, InterruptedException {
        String location = bundle.getLocation();
        uninstall();
        try (InputStream content = Files.newInputStream(file)) {
            bundle = context.installBundle(location, content);
        }
        start();
    }

    void uninstall() throws BundleException, InterruptedException {
        classLoaders.replaced(bundle);
        bundle.uninstall();
    }

    /** Declarative Services may activate a component after its bundle has started. */
    private void awaitService() throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!isThere()) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("The " + kind + " '" + name + "' of " + bundle
                        + " did not come back within " + PATIENCE.toSeconds() + " s");
            }
            Thread.sleep(1);
        }
    }

    private boolean isThere() {
        try {
            var references = context.getAllServiceReferences(kind.service(), "(tminus.name=" + name + ")");
            if (references != null) {
                for (var reference : references) {
                    if (bundle.equals(reference.getBundle())) {
                        return true;
                    }
                }
            }
            return false;
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException("Not the name of a service: " + name, e);
        }
    }
}
