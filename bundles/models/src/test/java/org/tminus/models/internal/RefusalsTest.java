/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.models.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceRegistration;
import org.tminus.failure.ModelFormatException;
import org.tminus.model.ModelRefusalListener;
import org.tminus.models.SampleModel;
import org.tminus.models.format.ModelPackage;

/** Whatever is refused is told, with the name of the file and the reason, whichever way it came. */
class RefusalsTest extends FrameworkFixture {
    private static final String MANIFEST =
            """
            Manifest-Version: 1.0
            Bundle-ManifestVersion: 2
            Bundle-SymbolicName: tminus.model.sample
            Bundle-Version: 1.0.0
            Tminus-Model: 1
            """;

    private final List<String> told = new CopyOnWriteArrayList<>();

    private ServiceRegistration<ModelRefusalListener> listen() {
        return context.registerService(
                ModelRefusalListener.class, (source, reason) -> told.add(source + ": " + reason), null);
    }

    private void refuse(Path file) {
        assertThatThrownBy(() -> repository.install(file)).isInstanceOf(ModelFormatException.class);
    }

    private Path nonsense(String name) throws Exception {
        return Files.writeString(temp.resolve(name), "nonsense");
    }

    private Map<String, byte[]> entries() throws Exception {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        try (ModelPackage open =
                ModelPackage.open(SampleModel.of("sample", "1.0.0").file(temp.resolve("good.tminus")))) {
            for (String name : open.entries()) {
                entries.put(name, open.read(name).readAllBytes());
            }
        }
        return entries;
    }

    private byte[] damagedJar() throws Exception {
        Map<String, byte[]> entries = entries();
        entries.get("model.onnx")[0] ^= 1;
        return jar(MANIFEST, entries);
    }

    @Test
    void ofADamagedFile() throws Exception {
        listen();
        refuse(nonsense("bad.tminus"));
        assertThat(told).singleElement().asString().startsWith("bad.tminus: The model file bad.tminus");
    }

    @Test
    void ofAFileThatIsNotThere() {
        listen();
        refuse(temp.resolve("gone.tminus"));
        assertThat(told).singleElement().asString().matches("gone.tminus: .* does not exist.*");
    }

    @Test
    void ofAFileThatIsTooLarge() throws Exception {
        listen();
        Path file = SampleModel.of("sample", "1.0.0").file(temp.resolve("large.tminus"));
        repository.modified(config(store().toString(), 10));
        refuse(file);
        assertThat(told).singleElement().asString().startsWith("large.tminus: ").contains("10 bytes");
    }

    @Test
    void ofFilesInTheDeployFolderAndOfTheirUpdates() throws Exception {
        listen();
        DeployFolder folder =
                new DeployFolder(temp.resolve("deployed.properties").toFile(), repository);
        Path file = SampleModel.of("sample", "1.0.0").file(temp.resolve("a.tminus"));
        folder.install(file.toFile());
        assertThat(told).isEmpty();
        nonsense("a.tminus");
        assertThatThrownBy(() -> folder.update(file.toFile())).isInstanceOf(ModelFormatException.class);
        Path second = nonsense("b.tminus");
        assertThatThrownBy(() -> folder.install(second.toFile())).isInstanceOf(ModelFormatException.class);
        assertThat(told).hasSize(2);
        assertThat(told.get(0)).startsWith("a.tminus: ");
        assertThat(told.get(1)).startsWith("b.tminus: ");
        assertThat(services()).containsExactly("sample 1.0.0");
    }

    @Test
    void ofABundleAndOfItsUpdate() throws Exception {
        listen();
        installJar("file:/downloads/bad.jar", damagedJar()).uninstall();
        assertThat(told).singleElement().asString().startsWith("file:/downloads/bad.jar: ");
        Bundle bundle = installJar("file:/downloads/good.jar", jar(MANIFEST, entries()));
        bundle.start();
        assertThat(told).hasSize(1);
        bundle.update(new ByteArrayInputStream(jar(MANIFEST + "Import-Package: org.osgi.framework\n", entries())));
        assertThat(told).hasSize(2);
        assertThat(told.get(1)).startsWith("file:/downloads/good.jar: ").contains("Import-Package");
    }

    @Test
    void whatNobodyHeardIsToldToTheFirstListenerOnly() throws Exception {
        refuse(nonsense("bad.tminus"));
        ServiceRegistration<ModelRefusalListener> first = listen();
        assertThat(told).hasSize(1);
        first.unregister();
        listen();
        assertThat(told).hasSize(1);
    }

    @Test
    void aListenerThatFailsHoldsUpNoOther() throws Exception {
        context.registerService(
                ModelRefusalListener.class,
                (source, reason) -> {
                    throw new IllegalStateException("for a test");
                },
                null);
        listen();
        refuse(nonsense("bad.tminus"));
        assertThat(told).hasSize(1);
    }
}
