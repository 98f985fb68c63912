/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.models.internal;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.annotation.Annotation;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;
import org.tminus.model.AdaptiveModel;
import org.tminus.models.internal.store.Disk;

/** A real framework in this process, with a repository that works in it. */
abstract class FrameworkFixture {
    @TempDir
    Path temp;

    Framework framework;
    BundleContext context;
    BundleModelRepository repository;

    @BeforeEach
    void startFramework() throws Exception {
        framework = ServiceLoader.load(FrameworkFactory.class)
                .findFirst()
                .orElseThrow()
                .newFramework(Map.of(
                        Constants.FRAMEWORK_STORAGE,
                        temp.resolve("framework").toString(),
                        Constants.FRAMEWORK_STORAGE_CLEAN,
                        Constants.FRAMEWORK_STORAGE_CLEAN_ONFIRSTINIT,
                        "felix.service.urlhandlers",
                        "false",
                        "felix.log.level",
                        "0"));
        framework.start();
        context = framework.getBundleContext();
        repository = repository(Disk.REAL);
    }

    @AfterEach
    void stopFramework() throws Exception {
        repository.deactivate();
        framework.stop();
        framework.waitForStop(30_000);
    }

    Path store() {
        return temp.resolve("store");
    }

    BundleModelRepository repository(Disk disk) throws IOException {
        return new BundleModelRepository(context, config(store().toString(), 1 << 20), disk);
    }

    static BundleModelRepository.Config config(String directory, long entryBytes) {
        return new BundleModelRepository.Config() {
            @Override
            public Class<? extends Annotation> annotationType() {
                return BundleModelRepository.Config.class;
            }

            @Override
            public String dataDirectory() {
                return directory;
            }

            @Override
            public long maximumEntryBytes() {
                return entryBytes;
            }

            @Override
            public long maximumModelBytes() {
                return 1 << 22;
            }

            @Override
            public double maximumCompressionRatio() {
                return 100;
            }
        };
    }

    /** Every file of the store but its lock, relative to it. */
    List<String> storedFiles() throws IOException {
        try (Stream<Path> files = Files.walk(store())) {
            return files.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
                    .map(file -> store().relativize(file).toString().replace('\\', '/'))
                    .filter(name -> !name.equals(".lock"))
                    .sorted()
                    .toList();
        }
    }

    List<String> contents() throws IOException {
        return storedFiles().stream()
                .filter(name -> name.startsWith("content/"))
                .toList();
    }

    /** Name and version of each published service. */
    List<String> services() throws Exception {
        TreeSet<String> services = new TreeSet<>();
        for (var reference : context.getServiceReferences(AdaptiveModel.class, null)) {
            services.add(reference.getProperty(AdaptiveModel.NAME_PROPERTY) + " "
                    + reference.getProperty(AdaptiveModel.VERSION_PROPERTY));
        }
        return List.copyOf(services);
    }

    List<Bundle> modelBundles() {
        return Arrays.stream(context.getBundles())
                .filter(ModelBundles::isClaimed)
                .toList();
    }

    static byte[] jar(String manifest, Map<String, byte[]> entries) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream jar = new ZipOutputStream(bytes)) {
            jar.putNextEntry(new ZipEntry("META-INF/MANIFEST.MF"));
            jar.write(manifest.getBytes(java.nio.charset.StandardCharsets.UTF_8));
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                jar.putNextEntry(new ZipEntry(entry.getKey()));
                jar.write(entry.getValue());
            }
        }
        return bytes.toByteArray();
    }

    Bundle installJar(String location, byte[] jar) throws Exception {
        return context.installBundle(location, new ByteArrayInputStream(jar));
    }
}
