/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.models.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.Version;
import org.tminus.models.SampleModel;
import org.tminus.models.format.ModelPackage;

/** Jars that claim to be models and were not made by the repository. */
class ForeignBundleTest extends FrameworkFixture {
    private static final String MANIFEST =
            """
            Manifest-Version: 1.0
            Bundle-ManifestVersion: 2
            Bundle-SymbolicName: tminus.model.sample
            Bundle-Version: 1.0.0
            Tminus-Model: 1
            """;

    private final Map<String, byte[]> entries = new LinkedHashMap<>();

    @BeforeEach
    void readEntries() throws Exception {
        Path file = SampleModel.of("sample", "1.0.0").file(temp.resolve("sample.tminus"));
        try (ModelPackage open = ModelPackage.open(file)) {
            for (String name : open.entries()) {
                entries.put(name, open.read(name).readAllBytes());
            }
        }
    }

    @Test
    void aHarmlessOneIsPublished() throws Exception {
        Bundle bundle = installJar("foreign", jar(MANIFEST, entries));
        assertThat(services()).isEmpty();
        bundle.start();
        assertThat(services()).containsExactly("sample 1.0.0");
        bundle.stop();
        assertThat(services()).isEmpty();
        bundle.start();
        repository.remove("sample", new Version("1.0.0"));
        assertThat(storedFiles()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Bundle-Activator: evil.Activator",
                "Service-Component: OSGI-INF/evil.xml",
                "Import-Package: org.osgi.framework",
                "DynamicImport-Package: *",
                "Require-Bundle: system.bundle",
                "Bundle-ClassPath: lib.jar",
                "Bundle-NativeCode: evil.so;processor=x86-64",
                "Export-Package: evil",
                "Bundle-Blueprint: evil.xml",
                "bundle-activator: evil.Activator",
                "Some-Extender: evil",
                "Tminus-Model: 2"
            })
    void aHeaderThatCouldBringCodeIsRefused(String header) throws Exception {
        String manifest = header.startsWith("Tminus-Model")
                ? MANIFEST.replace("Tminus-Model: 1", header)
                : MANIFEST + header + "\n";
        startQuietly(installJar("foreign", jar(manifest, entries)));
        assertRefused();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"evil/Evil.class", "Evil.class", "OSGI-INF/blueprint/evil.xml", "evil.so", "META-INF/services/x"
            })
    void anotherEntryIsRefused(String entry) throws Exception {
        entries.put(entry, new byte[] {1});
        startQuietly(installJar("foreign", jar(MANIFEST, entries)));
        assertRefused();
    }

    @Test
    void aFragmentIsRefused() throws Exception {
        installJar("foreign", jar(MANIFEST + "Fragment-Host: system.bundle\n", entries));
        assertRefused();
    }

    @ParameterizedTest
    @ValueSource(strings = {"tminus.model.other", "system.bundle.copy"})
    void anotherNameIsRefused(String name) throws Exception {
        startQuietly(installJar("foreign", jar(MANIFEST.replace("tminus.model.sample", name), entries)));
        assertRefused();
    }

    @Test
    void damagedContentIsRefused() throws Exception {
        entries.get("model.onnx")[0] ^= 1;
        startQuietly(installJar("foreign", jar(MANIFEST, entries)));
        assertRefused();
        try (Stream<Path> files = Files.list(store().resolve("tmp"))) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void anUpdateToAHarmfulOneWithdrawsTheModel() throws Exception {
        Bundle bundle = installJar("foreign", jar(MANIFEST, entries));
        bundle.start();
        assertThat(services()).hasSize(1);
        bundle.update(new java.io.ByteArrayInputStream(jar(MANIFEST + "DynamicImport-Package: *\n", entries)));
        assertRefused();
        bundle.update(new java.io.ByteArrayInputStream(jar(MANIFEST, entries)));
        assertThat(services()).hasSize(1);
    }

    private void assertRefused() throws Exception {
        assertThat(services()).isEmpty();
        assertThat(repository.models()).isEmpty();
        assertThat(storedFiles()).isEmpty();
    }

    /** Some of these do not even resolve. */
    private static void startQuietly(Bundle bundle) {
        try {
            bundle.start();
        } catch (org.osgi.framework.BundleException e) {
            assertThat(bundle.getState()).isNotEqualTo(Bundle.ACTIVE);
        }
    }
}
