/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer;

import java.nio.file.Path;
import java.util.List;
import org.tminus.trainer.vit.TrunkOptions;
import org.tminus.trainer.vit.VitConfig;

/**
 * What to train and where to put it.
 *
 * @param data folder with the four files of Fashion-MNIST
 * @param output the {@code .tminus} file to write
 * @param workFolder where checkpoints are kept and resumed from
 * @param config shape of the model
 * @param trunk how the weights are trained; its seed is also that of the split and of the predictor
 * @param staticDepths depths of which a static model of its own is trained too, as a baseline; usually empty
 */
public record TrainingOptions(
        Path data, Path output, Path workFolder, VitConfig config, TrunkOptions trunk, List<Integer> staticDepths) {
    /** Epochs of the reference model in the first cycle of the learning rate. */
    public static final int REFERENCE_EPOCHS = 12;
    /** Epochs of the reference model in the second, gentler cycle. */
    public static final int REFERENCE_SECOND_EPOCHS = 6;

    /**
     * Checks and copies.
     *
     * @throws IllegalArgumentException if a static depth is out of range
     */
    public TrainingOptions {
        staticDepths = List.copyOf(staticDepths);
        for (int depth : staticDepths) {
            if (depth < 1 || depth > config.layers()) {
                throw new IllegalArgumentException(
                        "a static model has between 1 and " + config.layers() + " layers, not " + depth);
            }
        }
    }

    /** The command that gives the same model again, without paths of this machine. */
    String command() {
        StringBuilder command =
                new StringBuilder("./tminus train fashion-vit --seed " + trunk.seed() + " --epochs " + trunk.epochs());
        // What a person would not have to type is left out.
        if (trunk.secondEpochs() != REFERENCE_SECOND_EPOCHS) {
            command.append(" --second-epochs ").append(trunk.secondEpochs());
        }
        if (config.layers() != VitConfig.fashion().layers()) {
            command.append(" --layers ").append(config.layers());
        }
        if (!staticDepths.isEmpty()) {
            command.append(" --static-depths ")
                    .append(String.join(
                            ",", staticDepths.stream().map(String::valueOf).toList()));
        }
        return command.toString();
    }
}
