/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.ops4j.pax.exam.CoreOptions.systemProperty;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Map;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.ops4j.pax.exam.Option;
import org.osgi.service.cm.Configuration;
import org.tminus.inference.PlatformStatus;
import org.tminus.model.ModelRepository;

/** What an operator does by hand: drop a model into the deploy folder, look, and switch with commands. */
public class OperatorIT extends TminusTestSupport {
    private final Path deployed = Path.of(System.getProperty("karaf.base", "."), "deploy", "fashion-vit.tminus");

    private ModelRepository repository;
    private PlatformStatus status;

    @Override
    protected Option[] additionalOptions() {
        return new Option[] {systemProperty("tminus.models").value(System.getProperty("tminus.models"))};
    }

    @Before
    public void deployTheModel() throws Exception {
        repository = service(ModelRepository.class);
        status = service(PlatformStatus.class);
        Path arriving = deployed.resolveSibling("arriving.part");
        Files.copy(ReferenceModel.file(), arriving, StandardCopyOption.REPLACE_EXISTING);
        Files.move(arriving, deployed, StandardCopyOption.ATOMIC_MOVE);
        await("the model is installed and ready", () -> repository.models().size() == 1 && status.ready());
    }

    @After
    public void removeTheModel() throws Exception {
        configure("org.tminus", Map.of());
        Files.deleteIfExists(deployed);
        await("the model is gone", () -> repository.models().isEmpty());
    }

    @Test
    public void commandsShowModelsPoliciesAndStatus() throws Exception {
        assertThat(execute("tminus:models")).contains("fashion-vit", "1.0.0");
        assertThat(execute("tminus:models --details")).contains("layer.7", "exit.1", "balanced");
        assertThat(execute("tminus:policies")).contains("confidence", "full");
        assertThat(execute("tminus:status")).contains("cpu", "tree-ensemble");
    }

    @Test
    public void aPolicyIsSwitchedByCommand() throws Exception {
        assertThat(execute("tminus:policy-use fixed")).contains("fixed");
        await("fixed is in force", () -> status.policyInForce("fashion-vit").equals("fixed"));
        execute("tminus:policy-use full --model fashion-vit");
        await("full is in force", () -> status.policyInForce("fashion-vit").equals("full"));
        for (Configuration own : configurationAdmin.listConfigurations("(service.factoryPid=org.tminus.model)")) {
            own.delete();
        }
        assertThatThrownBy(() -> execute("tminus:policy-use nonsense"))
                .hasMessageContaining("nonsense")
                .hasMessageContaining("confidence");
    }

    @Test
    public void theBackendGoesAndComesWithItsFeature() throws Exception {
        execute("feature:uninstall tminus-cpu");
        await("no backend is left", () -> !status.ready());
        assertThat(repository.models()).hasSize(1);

        execute("feature:install tminus-cpu");
        await("the platform is ready again", () -> status.ready());
    }

    @Test
    public void anImageIsLabelledByCommand() throws Exception {
        Path image = Files.createTempFile("image", ".pgm");
        try {
            byte[] header = "P5 28 28 255\n".getBytes(StandardCharsets.US_ASCII);
            byte[] file = Arrays.copyOf(header, header.length + 28 * 28);
            Files.write(image, file);
            assertThat(execute("tminus:infer fashion-vit --image '" + image + "'"))
                    .containsAnyOf(
                            "T-shirt/top",
                            "Trouser",
                            "Pullover",
                            "Dress",
                            "Coat",
                            "Sandal",
                            "Shirt",
                            "Sneaker",
                            "Bag",
                            "Ankle boot");
        } finally {
            Files.delete(image);
        }
    }
}
