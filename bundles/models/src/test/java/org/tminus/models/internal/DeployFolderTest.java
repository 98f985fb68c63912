/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.models.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.tminus.failure.ModelFormatException;
import org.tminus.models.SampleModel;

class DeployFolderTest extends FrameworkFixture {
    private Path deploy;
    private DeployFolder folder;

    @BeforeEach
    void makeFolder() throws Exception {
        deploy = Files.createDirectory(temp.resolve("deploy"));
        folder = open();
    }

    private DeployFolder open() throws Exception {
        return new DeployFolder(temp.resolve("deployed.properties").toFile(), repository);
    }

    private File drop(String name, String version) throws Exception {
        Path file = SampleModel.of("sample", version).file(temp.resolve("made.tminus"));
        return Files.copy(file, deploy.resolve(name), java.nio.file.StandardCopyOption.REPLACE_EXISTING)
                .toFile();
    }

    @Test
    void onlyModelFilesAreTaken() throws Exception {
        assertThat(folder.canHandle(drop("a.tminus", "1.0.0"))).isTrue();
        assertThat(folder.canHandle(drop("a.jar", "1.0.0"))).isFalse();
        assertThat(folder.canHandle(deploy.toFile())).isFalse();
    }

    @Test
    void filesComeChangeAndGo() throws Exception {
        File file = drop("a.tminus", "1.0.0");
        folder.install(file);
        assertThat(services()).containsExactly("sample 1.0.0");
        folder.update(drop("a.tminus", "1.1.0"));
        assertThat(services()).containsExactly("sample 1.1.0");
        folder.install(drop("b.tminus", "2.0.0"));
        assertThat(services()).containsExactly("sample 1.1.0", "sample 2.0.0");
        folder.uninstall(file);
        assertThat(services()).containsExactly("sample 2.0.0");
        folder.uninstall(file);
        assertThat(services()).containsExactly("sample 2.0.0");
    }

    @Test
    void aBadUpdateLeavesTheOldModel() throws Exception {
        File file = drop("a.tminus", "1.0.0");
        folder.install(file);
        Files.writeString(file.toPath(), "nonsense");
        assertThatThrownBy(() -> folder.update(file)).isInstanceOf(ModelFormatException.class);
        assertThat(services()).containsExactly("sample 1.0.0");
    }

    @Test
    void theSameModelInTwoFilesGoesWithTheLast() throws Exception {
        File first = drop("a.tminus", "1.0.0");
        File second = drop("b.tminus", "1.0.0");
        folder.install(first);
        folder.install(second);
        folder.uninstall(first);
        assertThat(services()).containsExactly("sample 1.0.0");
        folder.uninstall(second);
        assertThat(services()).isEmpty();
    }

    @Test
    void afterARestartFilesAreKnown() throws Exception {
        File kept = drop("a.tminus", "1.0.0");
        File gone = drop("b.tminus", "2.0.0");
        folder.install(kept);
        folder.install(gone);
        Files.delete(gone.toPath());
        folder = open();
        assertThat(services()).containsExactly("sample 1.0.0");
        folder.install(kept);
        folder.uninstall(kept);
        assertThat(services()).isEmpty();
    }
}
