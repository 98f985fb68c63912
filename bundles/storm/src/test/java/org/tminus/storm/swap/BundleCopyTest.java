/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm.swap;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BundleCopyTest {
    private static final String NAMED = "<property name=\"tminus.name\" type=\"String\" value=\"cpu\"/>";

    @TempDir
    Path folder;

    @Test
    void theNameAndTheRankingOfTheServiceChange() {
        assertThat(BundleCopy.changed(NAMED, "standby", -5))
                .isEqualTo("<property name=\"tminus.name\" type=\"String\" value=\"standby\"/>"
                        + "<property name=\"service.ranking\" type=\"Integer\" value=\"-5\"/>");
    }

    @Test
    void aRankingThatIsThereIsReplacedAndANameMayStay() {
        String ranked = BundleCopy.changed(NAMED, "standby", -5);

        assertThat(BundleCopy.changed(ranked, null, 7))
                .contains("value=\"standby\"", "value=\"7\"")
                .doesNotContain("-5");
    }

    @Test
    void theCopyIsAnotherBundleOfTheSameCode() throws Exception {
        Path original = folder.resolve("original.jar");
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().putValue("Manifest-Version", "1.0");
        manifest.getMainAttributes().putValue("Bundle-SymbolicName", "org.example");
        manifest.getMainAttributes().putValue("Service-Component", "OSGI-INF/one.xml,OSGI-INF/two.xml");
        try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(original), manifest)) {
            for (String name : new String[] {"OSGI-INF/one.xml", "OSGI-INF/two.xml", "data.bin"}) {
                jar.putNextEntry(new JarEntry(name));
                jar.write(NAMED.getBytes(StandardCharsets.UTF_8));
            }
        }
        Path copy = folder.resolve("copy.jar");

        BundleCopy.write(original, copy, ".rival", null, 5);

        try (JarFile jar = new JarFile(copy.toFile())) {
            assertThat(jar.getManifest().getMainAttributes().getValue("Bundle-SymbolicName"))
                    .isEqualTo("org.example.rival");
            assertThat(text(jar, "OSGI-INF/one.xml")).contains("service.ranking");
            assertThat(text(jar, "OSGI-INF/two.xml")).contains("service.ranking");
            assertThat(text(jar, "data.bin")).isEqualTo(NAMED);
        }
    }

    @Test
    void aPluginIsABundleOfItsOwn() throws Exception {
        Path file = folder.resolve("plugin.jar");

        PluginJar.write(Kind.POLICY, "storm-policy", "confidence", file);

        try (JarFile jar = new JarFile(file.toFile())) {
            assertThat(jar.getEntry("org/tminus/storm/plugin/FaultyPolicy.class"))
                    .isNotNull();
            assertThat(text(jar, "OSGI-INF/plugin.xml"))
                    .contains("value=\"storm-policy\"", "(tminus.name=confidence)", "org.tminus.policy.Policy");
        }
    }

    /** One that is missing would make every fault a failed linkage. */
    @Test
    void aPluginHasEveryClassOfItsPackage() throws Exception {
        Path file = folder.resolve("plugin.jar");
        PluginJar.write(Kind.BACKEND, "storm-backend", "standby", file);
        Path classes = Path.of(PluginJar.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI())
                .resolve("org/tminus/storm/plugin");

        try (JarFile jar = new JarFile(file.toFile());
                Stream<Path> expected = Files.list(classes)) {
            assertThat(expected.map(each -> String.valueOf(each.getFileName())))
                    .filteredOn(name -> !name.equals("package-info.class"))
                    .allSatisfy(name -> assertThat(jar.getEntry("org/tminus/storm/plugin/" + name))
                            .as(name)
                            .isNotNull());
        }
    }

    private static String text(JarFile jar, String name) throws Exception {
        return new String(jar.getInputStream(jar.getEntry(name)).readAllBytes(), StandardCharsets.UTF_8);
    }
}
