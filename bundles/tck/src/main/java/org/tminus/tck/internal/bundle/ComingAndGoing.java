/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tck.internal.bundle;

import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.wiring.BundleWiring;
import org.tminus.policy.Policy;
import org.tminus.tck.Finding;
import org.tminus.tck.internal.Collected;

/** Takes a bundle through its life in a framework: install, start, use, stop, update, refresh, uninstall. */
public final class ComingAndGoing {
    private static final String DEACTIVATE =
            "Undo in @Deactivate whatever @Activate and later calls have begun: shut executors down, close what was opened.";

    /** What is done with the service while it is there. */
    public interface Exercise {
        void with(Object service) throws Exception;
    }

    private final BundleFile bundle;
    private final BundleFile api;
    private final Host host;
    private final Path folder;
    private final Exercise exercise;
    private final Class<?> type;

    /** @param exercise what uses the service */
    public ComingAndGoing(BundleFile bundle, BundleFile api, Host host, Path folder, Exercise exercise) {
        this.bundle = bundle;
        this.api = api;
        this.host = host;
        this.folder = folder;
        this.exercise = exercise;
        this.type = Kind.of(bundle)
                .orElseThrow(() -> Finding.of(
                        "The manifest declares no service of a plugin.",
                        "One of " + Kind.services() + ".",
                        "See what declaresItsCapabilities says."))
                .service();
    }

    /** The whole life. */
    public void comesAndGoes() throws Exception {
        try (Container container = new Container(api, host, Files.createTempDirectory(folder, "framework"))) {
            Threads threads = Threads.now();
            Bundle installed = install(container);
            expectService(container, installed, "After start");
            use(container, installed);
            installed.stop();
            expectNoService(container, installed, "After stop");
            start(installed);
            expectService(container, installed, "After it was started again");
            update(installed);
            expectService(container, installed, "After update");
            container.refresh(installed);
            expectService(container, installed, "After refresh");
            use(container, installed);
            WeakReference<ClassLoader> loader = loader(installed);
            installed.uninstall();
            expectNoService(container, installed, "After uninstall");
            container.refresh(installed);
            expectNoThreads(threads);
            expectCollected(loader);
        }
    }

    private Bundle install(Container container) throws Exception {
        Bundle installed = container.install(bundle.jar());
        start(installed);
        return installed;
    }

    private void start(Bundle installed) {
        try {
            installed.start();
        } catch (BundleException e) {
            throw Finding.of(
                    "The bundle cannot be started: " + e.getMessage(),
                    "A bundle that resolves where org.tminus.api, declarative services and SLF4J are there.",
                    "Import what the platform has, embed the rest; for other bundles that it needs, override"
                            + " neighbours() or hostPackages().",
                    e);
        }
    }

    private void update(Bundle installed) throws Exception {
        try (var in = Files.newInputStream(bundle.jar())) {
            installed.update(in);
        }
    }

    private void expectService(Container container, Bundle installed, String when) {
        boolean found =
                Collected.eventually(() -> !container.services(type, installed).isEmpty());
        if (!found) {
            throw Finding.of(
                    when + ", the bundle has no service of the type " + type.getName() + ".",
                    "The service that its manifest promises.",
                    "Look whether its references and configuration are satisfied (the kit gives what services() and"
                            + " configurations() name), and whether @Activate throws.");
        }
        for (ServiceReference<?> reference : container.services(type, installed)) {
            if (!(reference.getProperty(Policy.NAME) instanceof String name) || name.isBlank()) {
                throw Finding.of(
                        "The service has the property " + Policy.NAME + " = " + reference.getProperty(Policy.NAME)
                                + ".",
                        "A name, as a string, by which configuration selects it.",
                        "Add property = \"" + Policy.NAME + "=my-name\" to @Component.");
            }
        }
    }

    private void expectNoService(Container container, Bundle installed, String when) {
        if (!container.services(type, installed).isEmpty()) {
            throw Finding.of(
                    when + ", its service is still registered.",
                    "No service.",
                    "Register services by @Component, or with the bundle's own context.");
        }
    }

    private void use(Container container, Bundle installed) throws Exception {
        List<ServiceReference<?>> references = container.services(type, installed);
        if (references.isEmpty()) {
            return;
        }
        ServiceReference<?> reference = references.get(0);
        Object service = container.context().getService(reference);
        try {
            exercise.with(Objects.requireNonNull(service, "the service was not made; its @Activate has failed"));
        } finally {
            container.context().ungetService(reference);
        }
    }

    private static WeakReference<ClassLoader> loader(Bundle installed) {
        return new WeakReference<>(installed.adapt(BundleWiring.class).getClassLoader());
    }

    private static void expectNoThreads(Threads threads) {
        Collected.eventually(() -> threads.since().isEmpty());
        Set<String> left = threads.since();
        if (!left.isEmpty()) {
            throw Finding.of(
                    "After uninstall, these threads are still alive: " + left + ".",
                    "None of its threads.",
                    DEACTIVATE);
        }
    }

    private static void expectCollected(WeakReference<ClassLoader> loader) {
        if (!Collected.soon(loader)) {
            throw Finding.of(
                    "After uninstall and refresh, the bundle's class loader cannot be collected.",
                    "Nothing outside refers to its classes.",
                    DEACTIVATE + " Look for thread-locals, timers, shutdown hooks, and objects handed to static"
                            + " registries of other libraries.");
        }
    }
}
