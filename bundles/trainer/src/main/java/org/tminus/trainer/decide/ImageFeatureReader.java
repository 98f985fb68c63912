/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.decide;

import org.tminus.predictor.features.ImageFeatures;
import org.tminus.trainer.data.SplitReader;
import org.tminus.trainer.vit.Normalisation;

/** Computes the features of a split with the code that serving uses. */
public final class ImageFeatureReader {
    private ImageFeatureReader() {}

    /** The features of each row. */
    public static float[][] read(SplitReader split, Normalisation normalisation) {
        float[] table = normalisation.table();
        int area = split.width() * split.height();
        byte[] bytes = new byte[area];
        float[] pixels = new float[area];
        float[][] features = new float[split.size()][ImageFeatures.COUNT];
        for (int row = 0; row < split.size(); row++) {
            split.copyPixels(row, bytes, 0);
            for (int i = 0; i < area; i++) {
                pixels[i] = table[bytes[i] & 0xff];
            }
            ImageFeatures.compute(pixels, 0, split.width(), split.height(), 1, features[row]);
        }
        return features;
    }

    /** Operations per row, counted by hand from the code: passes over the pixels, and what is done in each. */
    public static long flopsPerRow(int width, int height) {
        return 80L * width * height;
    }
}
