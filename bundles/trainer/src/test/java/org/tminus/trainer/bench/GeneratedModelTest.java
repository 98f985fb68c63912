/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tminus.model.AdaptiveModel;
import org.tminus.models.format.ModelPackage;
import org.tminus.tasks.Encoder;
import org.tminus.tasks.TaskDataException;

class GeneratedModelTest {
    @Test
    void theVisionTransformerHasTheShapeThatItsNameSays(@TempDir Path folder) throws Exception {
        AdaptiveModel model = check(GeneratedModel.VIT_SMALL, folder);

        assertThat(model.signature().inputs().get(0).dimensions()).endsWith(3L, 224L, 224L);
        // 4.6 billion multiply-adds, as is known of that shape, with the head of 1000 classes.
        double flops = model.cost(model.fullDepth()).flops(0);
        assertThat(flops).isBetween(9.1e9, 9.4e9);
        long weights = model.cost(model.fullDepth()).weightBytes();
        assertThat(weights).isBetween(4 * 22_000_000L, 4 * 22_100_000L);
    }

    @Test
    void theEncoderIsThePublishedOneWithExits(@TempDir Path folder) throws Exception {
        assumeTrue(isThere("bge-small-en"), "the encoder is not on this machine");
        AdaptiveModel model = check(GeneratedModel.BGE_SMALL_EN, folder);

        assertThat(model.signature().outputs().get(0).name()).isEqualTo("embedding");
    }

    private static boolean isThere(String encoder) {
        try {
            Encoder.named(encoder, Optional.empty());
            return true;
        } catch (TaskDataException e) {
            return false;
        }
    }

    private static AdaptiveModel check(GeneratedModel generated, Path folder) throws Exception {
        Path file = generated.write(folder);
        assertThat(folder).isDirectoryNotContaining(Files::isDirectory);
        AdaptiveModel model;
        try (ModelPackage opened = ModelPackage.open(file)) {
            model = opened.extract(folder.resolve("extracted"));
        }
        assertThat(model.name()).isEqualTo(generated.id());
        assertThat(model.layers()).hasSize(12);
        assertThat(model.menu()).hasSize(12).endsWith(model.fullDepth());
        assertThat(model.defaultOperatingPoint()).hasValueSatisfying(point -> {
            assertThat(point.policy()).isEqualTo("fixed");
            assertThat(point.flopsRatio()).isBetween(0.45, 0.55);
            int path = ((Number) point.parameters().get("menuIndex")).intValue();
            assertThat(model.menu().get(path).layers()).hasSize(6);
        });
        assertThat(generated.examples().inputs(new int[] {0, 1}).keySet())
                .containsAll(model.signature().inputs().stream()
                        .map(each -> each.name())
                        .toList());
        return model;
    }
}
