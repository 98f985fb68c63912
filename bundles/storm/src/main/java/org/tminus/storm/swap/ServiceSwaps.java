/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm.swap;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.tminus.storm.leak.ClassLoaderWatch;

/**
 * Swaps policies, predictors and backends. Each kind is swapped by one thread at a time, and each swap ends with the service up again, so that
 * of two backends one is always there.
 */
public final class ServiceSwaps {
    /** The plugins that misbehave, by kind. */
    public static final Map<Kind, String> PLUGINS =
            Map.of(Kind.POLICY, "storm-policy", Kind.PREDICTOR, "storm-predictor", Kind.BACKEND, "storm-backend");

    private static final Map<Kind, String> DELEGATES =
            Map.of(Kind.POLICY, "confidence", Kind.PREDICTOR, "tree-ensemble", Kind.BACKEND, "standby");
    private static final String REAL_BACKEND = "cpu";
    private static final String PLUGIN_PREFIX = "storm-";
    private static final String STANDBY = "standby";
    private static final int BELOW = -5;
    private static final int ABOVE = 5;

    private final BundleContext context;
    private final ClassLoaderWatch classLoaders;
    private final Settings settings;
    private final Path folder;
    private final List<String> operatingPoints;
    private final Map<Kind, Map<String, SwappableBundle>> bundles = new EnumMap<>(Kind.class);
    private final Map<Kind, SwappableBundle> rivals = new EnumMap<>(Kind.class);

    /**
     * @param folder where bundles are made
     * @param operatingPoints that configuration may choose
     */
    public ServiceSwaps(
            BundleContext context,
            ClassLoaderWatch classLoaders,
            Settings settings,
            Path folder,
            List<String> operatingPoints) {
        this.context = context;
        this.classLoaders = classLoaders;
        this.settings = settings;
        this.folder = folder;
        this.operatingPoints = List.copyOf(operatingPoints);
    }

    /** Finds the bundles of the distribution, and adds a second backend and the plugins. */
    public void prepare() throws BundleException, IOException, InterruptedException {
        for (Kind kind : PLUGINS.keySet()) {
            bundles.put(kind, new LinkedHashMap<>());
            find(kind);
        }
        SwappableBundle real = bundle(Kind.BACKEND, REAL_BACKEND);
        Path standby = folder.resolve("standby.jar");
        BundleCopy.write(real.file(), standby, ".standby", STANDBY, BELOW);
        add(SwappableBundle.install(context, classLoaders, Kind.BACKEND, STANDBY, standby));
        for (Map.Entry<Kind, String> plugin : PLUGINS.entrySet()) {
            Path jar = folder.resolve(plugin.getValue() + ".jar");
            String delegate = Objects.requireNonNull(DELEGATES.get(plugin.getKey()));
            PluginJar.write(plugin.getKey(), plugin.getValue(), delegate, jar);
            add(SwappableBundle.install(context, classLoaders, plugin.getKey(), plugin.getValue(), jar));
        }
    }

    private void find(Kind kind) throws IOException {
        try {
            Collection<ServiceReference<?>> references = List.of(Objects.requireNonNullElse(
                    context.getAllServiceReferences(kind.service(), null), new ServiceReference<?>[0]));
            for (ServiceReference<?> reference : references) {
                Bundle bundle = reference.getBundle();
                Optional<Path> file = bundle == null ? Optional.empty() : archive(bundle);
                if (bundle != null && file.isPresent() && isNew(kind, bundle)) {
                    add(new SwappableBundle(
                            context,
                            classLoaders,
                            kind,
                            String.valueOf(reference.getProperty("tminus.name")),
                            file.get(),
                            bundle));
                }
            }
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
        if (bundles(kind).isEmpty()) {
            throw new IOException("There is no " + kind + " whose bundle lies in the container's own repository");
        }
    }

    /** A bundle that brings several services is swapped as one. */
    private boolean isNew(Kind kind, Bundle bundle) {
        return bundles(kind).values().stream().noneMatch(known -> known.bundle().equals(bundle));
    }

    /** The file in the container's own repository. */
    private Optional<Path> archive(Bundle bundle) {
        String home = context.getProperty("karaf.home");
        String location = bundle.getLocation();
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

    private void add(SwappableBundle bundle) {
        bundles(bundle.kind()).put(bundle.name(), bundle);
    }

    private Map<String, SwappableBundle> bundles(Kind kind) {
        return Objects.requireNonNull(bundles.get(kind));
    }

    private SwappableBundle bundle(Kind kind, String name) throws IOException {
        SwappableBundle found = bundles(kind).get(name);
        if (found == null) {
            throw new IOException("There is no " + kind + " '" + name + "'");
        }
        return found;
    }

    /** The names of what can be swapped. */
    public Map<Kind, List<String>> names() {
        Map<Kind, List<String>> names = new EnumMap<>(Kind.class);
        bundles.forEach((kind, some) -> names.put(kind, List.copyOf(some.keySet())));
        return names;
    }

    /** Makes a swap. */
    void make(Swap swap, SplittableRandom random) throws BundleException, IOException, InterruptedException {
        SwappableBundle target = bundle(swap.kind(), swap.target());
        switch (swap.action()) {
            case CONFIGURE -> configure(swap.kind(), swap.target(), random);
            case RIVAL -> rival(real(target));
            default -> target.replace(swap.action());
        }
    }

    private void configure(Kind kind, String name, SplittableRandom random) throws IOException {
        Map<String, Object> changes = new HashMap<>();
        switch (kind) {
            case POLICY -> {
                changes.put("policy", random.nextInt(4) == 0 ? "" : name);
                changes.put("operatingPoint", operatingPoints.get(random.nextInt(operatingPoints.size())));
            }
            case PREDICTOR -> changes.put("predictor", random.nextInt(4) == 0 ? "" : name);
            case BACKEND -> changes.put("backend", random.nextInt(4) == 0 ? "" : name);
            case MODEL -> throw new IllegalArgumentException("Models are not configured here");
        }
        settings.set(changes);
    }

    /** A plugin has no rival: what is told to one of them must not come about in another. */
    private SwappableBundle real(SwappableBundle target) {
        return target.name().startsWith(PLUGIN_PREFIX)
                ? bundles(target.kind()).values().iterator().next()
                : target;
    }

    /** A second service that goes before the first one, or goes away again. */
    private void rival(SwappableBundle target) throws BundleException, IOException, InterruptedException {
        SwappableBundle present = rivals.remove(target.kind());
        if (present != null) {
            present.uninstall();
            present.refresh();
            Files.deleteIfExists(present.file());
            return;
        }
        Path copy = folder.resolve("rival-" + target.kind() + "-" + System.nanoTime() + ".jar");
        BundleCopy.write(target.file(), copy, ".rival", null, ABOVE);
        rivals.put(target.kind(), SwappableBundle.install(context, classLoaders, target.kind(), target.name(), copy));
    }

    /** Stops a plugin's bundle, for whoever wants to see what becomes of its calls. */
    public void stopPlugin(Kind kind) throws BundleException, IOException {
        bundle(kind, Objects.requireNonNull(PLUGINS.get(kind))).stop();
    }

    /** Starts it again. */
    public void startPlugin(Kind kind) throws BundleException, IOException, InterruptedException {
        bundle(kind, Objects.requireNonNull(PLUGINS.get(kind))).start();
    }

    /** Takes rivals away and makes every bundle anew, so that all that was opened meanwhile belongs to something that is gone. */
    public void settle() throws BundleException, IOException, InterruptedException {
        for (SwappableBundle rival : new ArrayList<>(rivals.values())) {
            rival(rival);
        }
        for (Map<String, SwappableBundle> some : bundles.values()) {
            for (SwappableBundle bundle : some.values()) {
                bundle.replace(Action.REFRESH);
            }
        }
    }

    /** Uninstalls what was added. What cannot be is told of, and does not keep the rest. */
    public void remove() throws InterruptedException {
        List<SwappableBundle> added = new ArrayList<>(rivals.values());
        rivals.clear();
        for (Map<String, SwappableBundle> some : bundles.values()) {
            some.values().stream()
                    .filter(bundle -> bundle.name().startsWith(PLUGIN_PREFIX)
                            || bundle.name().equals(STANDBY))
                    .forEach(added::add);
        }
        @Nullable Exception first = null;
        for (SwappableBundle bundle : added) {
            try {
                bundle.uninstall();
                bundle.refresh();
            } catch (BundleException | IllegalStateException e) {
                first = first == null ? e : first;
            }
        }
        bundles.clear();
        if (first != null) {
            throw new IllegalStateException("A bundle that was added cannot be removed", first);
        }
    }
}
