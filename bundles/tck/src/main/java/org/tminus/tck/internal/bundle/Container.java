/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tck.internal.bundle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.felix.framework.FrameworkFactory;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.wiring.FrameworkWiring;

/**
 * A framework with declarative services. The contracts come from the class path, so that the kit can use what the bundle
 * registers.
 */
final class Container implements AutoCloseable {
    private static final long PATIENCE_MILLIS = 10_000;
    private static final List<String> EQUIPMENT = List.of(
            "org.osgi.util.function",
            "org.osgi.util.promise",
            "org.osgi.service.component",
            "org.apache.felix.configadmin",
            "org.apache.felix.scr");

    private final Framework framework;

    /** @param folder for what the framework stores */
    Container(BundleFile api, Host host, Path folder) throws IOException, BundleException {
        List<String> packages = new ArrayList<>(host.packages());
        String contracts = api.header("Export-Package");
        if (contracts != null) {
            packages.add(contracts);
        }
        addLogging(packages);
        framework = new FrameworkFactory()
                .newFramework(Map.of(
                        Constants.FRAMEWORK_STORAGE,
                        folder.resolve("framework").toString(),
                        Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA,
                        String.join(",", packages),
                        // The process belongs to the author's build: nothing global is set.
                        "felix.service.urlhandlers",
                        "false",
                        "felix.log.level",
                        "1"));
        framework.start();
        host.services().forEach(this::register);
        List<Bundle> bundles = new ArrayList<>();
        for (String name : EQUIPMENT) {
            bundles.add(install(name, folder));
        }
        for (String name : host.neighbours()) {
            bundles.add(install(name, folder));
        }
        for (Bundle bundle : bundles) {
            if (bundle.getHeaders().get(Constants.FRAGMENT_HOST) == null) {
                bundle.start();
            }
        }
        for (Map.Entry<String, Map<String, Object>> entry :
                host.configurations().entrySet()) {
            Configurations.write(context(), entry.getKey(), entry.getValue());
        }
    }

    /** Most plugins log, and in the distribution this package is there. */
    private static void addLogging(List<String> packages) {
        try {
            Class.forName("org.slf4j.Logger", false, Container.class.getClassLoader());
            packages.add("org.slf4j;version=1.7.36,org.slf4j.event;version=1.7.36,org.slf4j.helpers;version=1.7.36");
        } catch (ClassNotFoundException e) {
            // Then the author's bundle does not log by it, either.
        }
    }

    private void register(Class<?> type, Object service) {
        context().registerService(type.getName(), service, FrameworkUtil.asDictionary(Map.of()));
    }

    private Bundle install(String symbolicName, Path folder) throws IOException, BundleException {
        Path place = ClassPath.find(symbolicName)
                .orElseThrow(() -> new IOException("The bundle " + symbolicName
                        + " is not on the class path; it is a dependency of the kit, or named by neighbours()"));
        return install(BundleFile.open(place, folder).jar());
    }

    Bundle install(Path jar) throws BundleException, IOException {
        try (var in = Files.newInputStream(jar)) {
            return context().installBundle(jar.toUri().toString(), in);
        }
    }

    BundleContext context() {
        return framework.getBundleContext();
    }

    /** The services of this type that the bundle has registered. */
    List<ServiceReference<?>> services(Class<?> type, Bundle bundle) {
        try {
            ServiceReference<?>[] all = context().getAllServiceReferences(type.getName(), null);
            List<ServiceReference<?>> own = new ArrayList<>();
            for (ServiceReference<?> reference : all == null ? new ServiceReference<?>[0] : all) {
                if (bundle.equals(reference.getBundle())) {
                    own.add(reference);
                }
            }
            return own;
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Refreshes a bundle and waits until the framework is done with it. */
    void refresh(Bundle bundle) throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        framework.adapt(FrameworkWiring.class).refreshBundles(List.of(bundle), event -> {
            if (event.getType() == FrameworkEvent.PACKAGES_REFRESHED) {
                done.countDown();
            }
        });
        if (!done.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException(bundle + " was not refreshed within " + PATIENCE_MILLIS + " ms");
        }
    }

    @Override
    public void close() throws BundleException {
        framework.stop();
        try {
            framework.waitForStop(PATIENCE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
