/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.demo.container;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.tminus.demo.measure.SwapTrial.PolicySwitch;
import org.tminus.model.OperatingPoint;
import org.tminus.policy.Policy;

/** Swaps policies as an operator would: by the model's configuration, and by their bundles. Closing it restores the configuration. */
final class ConfiguredPolicies implements PolicySwitch, AutoCloseable {
    private static final String FACTORY_PID = "org.tminus.model";
    private static final String FULL = "full";

    private final BundleContext context;
    private final String model;
    private final Map<String, Optional<String>> operatingPoints = new LinkedHashMap<>();
    /** By policy: a stopped bundle no longer has the service that leads to it. */
    private final Map<String, Bundle> bundles = new HashMap<>();

    private final Configuration configuration;
    private final @Nullable Dictionary<String, Object> original;

    /** @param points one for each policy to go through; full depth comes on top */
    ConfiguredPolicies(
            BundleContext context, ConfigurationAdmin configurations, String model, List<OperatingPoint> points)
            throws IOException {
        this.context = context;
        this.model = model;
        points.forEach(point -> operatingPoints.put(point.policy(), Optional.of(point.name())));
        operatingPoints.put(FULL, Optional.empty());
        configuration = configurations.getFactoryConfiguration(FACTORY_PID, model, "?");
        original = configuration.getProperties();
    }

    @Override
    public List<String> names() {
        return List.copyOf(operatingPoints.keySet());
    }

    @Override
    public void configure(String policy) throws IOException {
        Map<String, Object> properties = new HashMap<>();
        properties.put("model", model);
        properties.put("policy", policy);
        operatingPoints
                .getOrDefault(policy, Optional.empty())
                .ifPresent(name -> properties.put("operatingPoint", name));
        configuration.update(FrameworkUtil.asDictionary(properties));
    }

    @Override
    public void stopBundle(String policy) throws BundleException {
        Bundle bundle = find(policy);
        bundles.put(policy, bundle);
        bundle.stop();
    }

    @Override
    public void updateAndStartBundle(String policy) throws BundleException, IOException {
        Bundle bundle = bundles.get(policy);
        if (bundle == null) {
            throw new IllegalStateException("The bundle of policy '" + policy + "' was not stopped");
        }
        try {
            Optional<Path> archive = archive(bundle.getLocation());
            if (archive.isPresent()) {
                try (InputStream content = Files.newInputStream(archive.get())) {
                    bundle.update(content);
                }
            } else {
                bundle.update();
            }
        } finally {
            bundle.start();
        }
    }

    /** The file in the container's own repository, so that no network is asked for what lies here. */
    private Optional<Path> archive(String location) {
        String home = context.getProperty("karaf.home");
        if (home == null || !location.startsWith("mvn:")) {
            return Optional.empty();
        }
        String[] parts = location.substring("mvn:".length()).split("/", -1);
        if (parts.length != 3) {
            return Optional.empty();
        }
        Path file = Path.of(home, "system")
                .resolve(parts[0].replace('.', '/'))
                .resolve(parts[1])
                .resolve(parts[2])
                .resolve(parts[1] + "-" + parts[2] + ".jar");
        return Files.isRegularFile(file) ? Optional.of(file) : Optional.empty();
    }

    private Bundle find(String policy) {
        try {
            Collection<ServiceReference<Policy>> references =
                    context.getServiceReferences(Policy.class, "(" + Policy.NAME + "=" + policy + ")");
            return references.stream()
                    .max(ServiceReference::compareTo)
                    .map(ServiceReference::getBundle)
                    .orElseThrow(() -> new IllegalStateException("No bundle brings the policy '" + policy + "'"));
        } catch (InvalidSyntaxException e) {
            throw new IllegalArgumentException("Not the name of a policy: " + policy, e);
        }
    }

    @Override
    public void close() throws IOException {
        if (original == null) {
            configuration.delete();
        } else {
            configuration.update(original);
        }
    }
}
