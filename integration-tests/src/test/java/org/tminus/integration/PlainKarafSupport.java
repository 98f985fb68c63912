/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.integration;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.ops4j.pax.exam.CoreOptions.composite;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.editConfigurationFilePut;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.karafDistributionConfiguration;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.keepRuntimeFolder;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.logLevel;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Dictionary;
import java.util.List;
import java.util.stream.Stream;
import org.apache.karaf.features.Feature;
import org.junit.Before;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.karaf.options.LogLevelOption.LogLevel;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.service.cm.Configuration;

/**
 * A plain Apache Karaf without a network, which has the features out of the files for that. The classes of tests are loaded before any
 * feature is installed, so they refer to nothing of ours; what they call does.
 */
public abstract class PlainKarafSupport extends TminusTestSupport {
    private static final String RESOLVER = "org.ops4j.pax.url.mvn";
    private static final List<String> TEST_GROUPS =
            List.of("org/ops4j", "org/apache/servicemix", "org/assertj", "net/bytebuddy", "jakarta/inject");

    @Override
    protected Option container() {
        Path archive = Path.of(requireNonNull(System.getProperty("tminus.plain.karaf"), "tminus.plain.karaf"));
        return composite(
                karafDistributionConfiguration()
                        .frameworkUrl(archive.toUri().toString())
                        .name("Apache Karaf")
                        .unpackDirectory(new File("target/exam container"))
                        .useDeployFolder(false),
                keepRuntimeFolder(),
                logLevel(LogLevel.INFO),
                editConfigurationFilePut("etc/org.apache.karaf.management.cfg", "rmiRegistryPort", "0"),
                editConfigurationFilePut("etc/org.apache.karaf.management.cfg", "rmiServerPort", "0"));
    }

    @Override
    protected Option[] additionalOptions() {
        return new Option[] {passedOn("tminus.kars"), passedOn("tminus.local.repository")};
    }

    /** From here on the container has nothing but its own folder, what runs the tests, and the files. */
    @Before
    public void installTheFiles() throws Exception {
        if (features.getRepository("tminus-trainer-" + System.getProperty("tminus.version")) != null) {
            return;
        }
        Configuration resolver = configurationAdmin.getConfiguration(RESOLVER, "?");
        Dictionary<String, Object> settings = resolver.getProperties();
        settings.put(RESOLVER + ".repositories", "");
        settings.put(
                RESOLVER + ".localRepository",
                Files.createTempDirectory("empty").toString());
        settings.put(
                RESOLVER + ".defaultRepositories",
                String.join(
                        ",",
                        Path.of(System.getProperty("karaf.home"), "system").toUri() + "@id=system@snapshots",
                        Path.of(System.getProperty("karaf.data"), "kar").toUri() + "@id=kar@multi@snapshots",
                        testBundles().toUri() + "@id=tests"));
        resolver.update(settings);
        for (String folder : List.of("", "trainer")) {
            execute("kar:install " + kar(folder).toUri());
        }
        assertThat(ours()).contains("tminus", "tminus-cpu", "tminus-trainer");
    }

    /** A repository with what runs the tests, and nothing of what the features need. */
    private static Path testBundles() throws IOException {
        Path all = Path.of(System.getProperty("tminus.local.repository"));
        Path some = Files.createTempDirectory("test bundles");
        for (String group : TEST_GROUPS) {
            Path link = some.resolve(group);
            Files.createDirectories(link.getParent());
            Files.createSymbolicLink(link, all.resolve(group));
        }
        return some;
    }

    private static Path kar(String folder) throws Exception {
        try (Stream<Path> files = Files.list(
                Path.of(System.getProperty("tminus.kars")).resolve(folder).resolve("target"))) {
            return files.filter(file -> file.toString().endsWith("-offline.kar"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** Names of all features that the files brought. */
    protected List<String> ours() throws Exception {
        return Arrays.stream(features.listFeatures())
                .map(Feature::getName)
                .filter(name -> name.startsWith("tminus"))
                .sorted()
                .toList();
    }

    /** Names of bundles that should be active and are not. */
    protected List<String> notActive() {
        return Arrays.stream(context.getBundles())
                .filter(bundle -> bundle.getHeaders().get(Constants.FRAGMENT_HOST) == null)
                .filter(bundle -> bundle.getState() != Bundle.ACTIVE)
                .map(Bundle::getSymbolicName)
                .toList();
    }
}
