/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tck;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.tminus.tck.internal.bundle.BundleFile;
import org.tminus.tck.internal.bundle.ComingAndGoing;
import org.tminus.tck.internal.bundle.ContractsBundle;
import org.tminus.tck.internal.bundle.Exercises;
import org.tminus.tck.internal.bundle.Host;
import org.tminus.tck.internal.bundle.ManifestChecks;

/**
 * What the bundle of every plugin must be: well-behaved by its manifest, and able to come and go in a framework, which
 * is started inside the test. Without overriding anything it tests the bundle that this build makes.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class BundleContract {
    /** System property: the jar to test. */
    public static final String BUNDLE = "tminus.tck.bundle";

    private @Nullable Path folder;
    private @Nullable BundleFile file;
    private @Nullable BundleFile contracts;

    /**
     * The jar, or a folder with the same content: what the system property {@link #BUNDLE} names, or else
     * {@code target/classes}, where bnd has put the manifest by the time that tests run.
     */
    protected Path bundle() {
        return Path.of(System.getProperty(BUNDLE, "target/classes"));
    }

    /** Packages that the bundle exports on purpose; none. */
    protected Set<String> exportedPackages() {
        return Set.of();
    }

    /** Packages of the platform besides the contracts that it imports on purpose; none. */
    protected Set<String> platformPackages() {
        return Set.of();
    }

    /** Symbolic names of bundles on the class path that it needs in the framework; none. */
    protected List<String> neighbours() {
        return List.of();
    }

    /** Packages of the class path that the framework shall export, each as in an Export-Package header; none. */
    protected List<String> hostPackages() {
        return List.of();
    }

    /** Services of the class path that it needs, by their type; the type's package is one of {@link #hostPackages()}. */
    protected Map<Class<?>, Object> services() {
        return Map.of();
    }

    /** Configurations that it needs, by PID; none. */
    protected Map<String, Map<String, Object>> configurations() {
        return Map.of();
    }

    /** Uses the service, so that it makes the threads and caches that it makes at work. */
    protected void exercise(Object service) throws Exception {
        Exercises.with(service, Files.createTempDirectory(Objects.requireNonNull(folder), "model"));
    }

    @BeforeAll
    final void openBundle() throws IOException {
        Path made = Files.createTempDirectory("tminus-tck");
        folder = made;
        file = BundleFile.open(bundle(), made);
        contracts = ContractsBundle.open(made);
    }

    @AfterAll
    final void removeFiles() throws IOException {
        Path used = folder;
        if (used != null) {
            try (Stream<Path> files = Files.walk(used)) {
                for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(path);
                }
            }
        }
    }

    private ManifestChecks manifest() {
        return new ManifestChecks(Objects.requireNonNull(file), Objects.requireNonNull(contracts));
    }

    @Test
    protected void namesItself() {
        manifest().namesItself();
    }

    @Test
    protected void importsWithRanges() {
        manifest().importsWithRanges();
    }

    @Test
    protected void importsOnlyTheContracts() {
        manifest().importsOnlyTheContracts(platformPackages());
    }

    @Test
    protected void exportsNothing() {
        manifest().exportsNothing(exportedPackages());
    }

    @Test
    protected void isWiredByPackages() {
        manifest().isWiredByPackages();
    }

    @Test
    protected void embedsNoContracts() {
        manifest().embedsNoContracts();
    }

    @Test
    protected void declaresItsCapabilities() {
        manifest().declaresItsCapabilities();
    }

    @Test
    protected void comesAndGoes() throws Exception {
        new ComingAndGoing(
                        Objects.requireNonNull(file),
                        Objects.requireNonNull(contracts),
                        new Host(neighbours(), hostPackages(), services(), configurations()),
                        Objects.requireNonNull(folder),
                        this::exercise)
                .comesAndGoes();
    }
}
