/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.stream.Stream;
import javax.inject.Inject;
import org.apache.karaf.features.BundleInfo;
import org.apache.karaf.features.Dependency;
import org.apache.karaf.features.Feature;
import org.junit.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;

/** The distribution as it comes out of the archive. */
public class BootIT extends TminusTestSupport {

    private static final String ONNX_RUNTIME = "org.tminus.onnxruntime.OnnxRuntime";

    @Inject
    private ServiceComponentRuntime components;

    @Test
    public void everyBundleIsActive() throws Exception {
        await("all bundles are active; " + notActive(), () -> notActive().isEmpty());
    }

    private List<String> notActive() {
        return Arrays.stream(context.getBundles())
                .filter(bundle -> bundle.getState() != Bundle.ACTIVE)
                .filter(bundle -> bundle.getHeaders().get(Constants.FRAGMENT_HOST) == null
                        || bundle.getState() != Bundle.RESOLVED)
                .map(bundle -> bundle.getSymbolicName() + " in state " + bundle.getState())
                .toList();
    }

    @Test
    public void noComponentFailed() {
        Collection<ComponentConfigurationDTO> failed = components.getComponentDescriptionDTOs().stream()
                .flatMap(description -> components.getComponentConfigurationDTOs(description).stream())
                .filter(configuration -> configuration.state == ComponentConfigurationDTO.FAILED_ACTIVATION)
                .toList();

        assertThat(failed)
                .extracting(configuration -> configuration.description.name + ": " + configuration.failure)
                .isEmpty();
    }

    @Test
    public void nothingIsLoggedAsAnError() throws Exception {
        Path log = Path.of(System.getProperty("karaf.log"), "karaf.log");

        assertThat(Files.readString(log).lines().filter(line -> line.contains("| ERROR |")))
                .isEmpty();
    }

    @Test
    public void theFeaturesOfTheBootAreInstalled() throws Exception {
        assertThat(features.listInstalledFeatures())
                .extracting(Feature::getName)
                .contains("tminus", "tminus-cpu", "tminus-demo");
        Feature joined = Arrays.stream(features.listFeatures())
                .filter(feature -> feature.getName().matches("[0-9a-f]{8}(-[0-9a-f]+){4}"))
                .findFirst()
                .orElseThrow();
        assertThat(features.listRequiredFeatures())
                .as("each under its own name, not as the one that the assembly joins them to")
                .extracting(Feature::getName)
                .containsAll(joined.getDependencies().stream()
                        .map(Dependency::getName)
                        .toList())
                .doesNotContain(joined.getName());
    }

    @Test
    public void theShellHasTheCommands() throws Exception {
        assertThat(execute("tminus:policies"))
                .contains("full", "fixed", "random", "budget", "confidence", "lstm-ppo-open", "lstm-ppo-closed");
        assertThat(execute("help")).contains("tminus:status", "tminus:models", "tminus:infer", "tminus:demo");
    }

    /** So that it starts, and features install, without a network. The trainer's natives are not part of it. */
    @Test
    public void theArchiveHoldsEveryBundleOfItsFeatures() throws Exception {
        Path system = Path.of(System.getProperty("karaf.home"), "system");
        List<String> missing = new ArrayList<>();
        for (Feature feature : features.listFeatures()) {
            if (feature.getName().startsWith("tminus") && !feature.getName().equals("tminus-trainer")) {
                Stream.concat(
                                feature.getBundles().stream(),
                                feature.getConditional().stream().flatMap(part -> part.getBundles().stream()))
                        .map(BundleInfo::getLocation)
                        .filter(location -> !Files.exists(system.resolve(path(location))))
                        .forEach(missing::add);
            }
        }

        assertThat(missing).isEmpty();
    }

    /** Of {@code mvn:group/artifact/version} in a repository. */
    private static String path(String location) {
        String[] parts = location.substring("mvn:".length()).split("/", -1);
        return parts[0].replace('.', '/') + "/" + parts[1] + "/" + parts[2] + "/" + parts[1] + "-" + parts[2] + ".jar";
    }

    @Test
    public void onlyTheNativesOfThisPlatformAreInstalled() throws Exception {
        List<String> natives = Arrays.stream(context.getBundles())
                .map(Bundle::getSymbolicName)
                .filter(name -> name.startsWith("org.tminus.native.onnxruntime."))
                .toList();

        assertThat(natives).hasSize(1);
        assertThat(bundleNamed(natives.get(0)).getState()).isEqualTo(Bundle.RESOLVED);
        assertThat((int) call(onnxRuntime(), "threads")).isPositive();
        Path kept = Path.of(System.getProperty("karaf.data"), "tminus", "native");
        try (Stream<Path> files = Files.walk(kept)) {
            assertThat(files.filter(Files::isRegularFile)
                            .map(file -> file.getParent().getFileName().toString()))
                    .as("native files are kept under their hash and nowhere else")
                    .hasSize(2)
                    .allMatch(folder -> folder.matches("[0-9a-f]{64}"));
        }
    }

    @Test
    public void theNativeLibrarySurvivesARefresh() throws Exception {
        Bundle library = bundleNamed("org.tminus.native.onnxruntime");
        for (int round = 0; round < 3; round++) {
            Object before = onnxRuntime();
            refresh(library);
            await("a new runtime takes the place of the old one", () -> onnxRuntime() != before);
            assertThat(call(onnxRuntime(), "version")).asString().isNotBlank();
            assertThat((AutoCloseable) call(onnxRuntime(), "newSessionOptions")).satisfies(AutoCloseable::close);
        }
    }

    /**
     * By name and without a look at types: a test that was wired to the library would be stopped by the library's
     * refresh.
     */
    private Object onnxRuntime() throws Exception {
        List<ServiceReference<?>> found = new ArrayList<>();
        await("there is an ONNX Runtime", () -> {
            ServiceReference<?>[] references = context.getAllServiceReferences(ONNX_RUNTIME, null);
            if (references != null) {
                found.addAll(List.of(references));
            }
            return references != null;
        });
        return context.getService(found.get(0));
    }

    private static Object call(Object service, String method) throws Exception {
        return service.getClass().getMethod(method).invoke(service);
    }

    @Test
    public void nobodyCanLogInUntilAUserIsMade() throws Exception {
        Properties users = new Properties();
        try (InputStream in = Files.newInputStream(Path.of(System.getProperty("karaf.etc"), "users.properties"))) {
            users.load(in);
        }
        Properties keys = new Properties();
        try (InputStream in = Files.newInputStream(Path.of(System.getProperty("karaf.etc"), "keys.properties"))) {
            keys.load(in);
        }

        assertThat(users).isEmpty();
        assertThat(keys).isEmpty();
    }

    @Test
    public void nothingListensBeyondThisMachine() throws Exception {
        Path etc = Path.of(System.getProperty("karaf.etc"));
        try (Stream<Path> files = Files.list(etc)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".cfg")).toList()) {
                assertThat(Files.readString(file, StandardCharsets.ISO_8859_1)
                                .toLowerCase(Locale.ROOT)
                                .lines())
                        .as(file.toString())
                        .filteredOn(line -> !line.strip().startsWith("#"))
                        .noneMatch(line -> line.contains("0.0.0.0"));
            }
        }
        assertThat(features.isInstalled(features.getFeature("management")))
                .as("remote management is not part of the distribution's start")
                .isFalse();
    }
}
