/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tminus.trainer.vit.TrunkOptions;
import org.tminus.trainer.vit.VitConfig;

/** A model file names the command that makes it again, so every option that changes the model must be in it. */
class TrainingOptionsTest {
    @Test
    void leavesOutWhatIsTheDefaultAnyway() {
        assertThat(options(12, TrainingOptions.REFERENCE_SECOND_EPOCHS, 8, List.of())
                        .command())
                .isEqualTo("./tminus train fashion-vit --seed 1 --epochs 12");
    }

    @Test
    void namesEveryOptionThatChangesTheModel() {
        assertThat(options(3, 0, 10, List.of(2, 4)).command())
                .isEqualTo("./tminus train fashion-vit --seed 1 --epochs 3 --second-epochs 0 --layers 10"
                        + " --static-depths 2,4");
    }

    private static TrainingOptions options(int epochs, int secondEpochs, int layers, List<Integer> staticDepths) {
        return new TrainingOptions(
                Path.of("data"),
                Path.of("model.tminus"),
                Path.of("work"),
                VitConfig.fashion().withLayers(layers, true),
                TrunkOptions.reference(epochs, secondEpochs, 1),
                staticDepths);
    }
}
