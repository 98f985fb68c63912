/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.data;

import java.util.List;
import java.util.Map;
import org.tminus.learning.data.Display;
import org.tminus.learning.data.Examples;
import org.tminus.learning.data.Purpose;
import org.tminus.learning.data.Split;
import org.tminus.learning.data.TaskData;
import org.tminus.tasks.PictureInput;
import org.tminus.tasks.PictureSet;
import org.tminus.trainer.vit.Normalisation;

/**
 * Fashion-MNIST as a task: input {@code pixels}, float32 [batch, 1, 28, 28], normalised as {@link Normalisation#FASHION}
 * says. The splits are those of {@link DataSplits}, which the model fashion-vit is trained with.
 */
public final class FashionVitData {
    /** The name of the task. */
    public static final String NAME = "fashion-vit";

    private FashionVitData() {}

    /** Splits the images as {@link DataSplits#of} does; the examples are {@link org.tminus.tasks.PictureExamples}. */
    public static TaskData of(FashionMnist images, long seed) {
        DataSplits splits = DataSplits.of(images.train(), images.test(), seed);
        Normalisation normalisation = Normalisation.FASHION;
        PictureInput input = new PictureInput(
                "pixels",
                1,
                images.train().height(),
                images.train().width(),
                normalisation.scale(),
                List.of(normalisation.mean()),
                List.of(normalisation.deviation()),
                true);
        TaskData.Description description = new TaskData.Description(
                NAME,
                FashionMnist.LABELS,
                splits.dataHash(),
                "MIT",
                seed,
                Map.of("left out as near-copies of test images", Integer.toString(splits.leftOut())));
        return new TaskData(description, split -> examples(open(splits, split), input));
    }

    private static SplitReader open(DataSplits splits, Split split) {
        // Who may open what was checked by the task; here it is only passed on.
        return switch (split) {
            case TRUNK -> splits.accessFor(Purpose.TRAINING).open(Split.TRUNK);
            case DECISION -> splits.accessFor(Purpose.TRAINING).open(Split.DECISION);
            case CALIBRATION -> splits.accessFor(Purpose.CERTIFYING).open(Split.CALIBRATION);
            case TEST -> splits.accessFor(Purpose.REPORTING).open(Split.TEST);
        };
    }

    private static Examples examples(SplitReader images, PictureInput input) {
        return new PictureSet(
                images.size(), images::id, images::group, images::label, row -> picture(images, row), input);
    }

    private static Display.Picture picture(SplitReader images, int row) {
        byte[] pixels = new byte[images.width() * images.height()];
        images.copyPixels(row, pixels, 0);
        return new Display.Picture(images.width(), images.height(), 1, pixels);
    }
}
