/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer;

import java.util.SplittableRandom;
import org.tminus.trainer.data.ImageSet;

/** Small data sets made on the spot: bars whose direction and place give the class. */
public final class SyntheticImages {
    private SyntheticImages() {}

    /** Makes {@code count} images of 28x28 in 10 classes. */
    public static ImageSet of(String name, int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        byte[] pixels = new byte[count * 784];
        byte[] labels = new byte[count];
        for (int i = 0; i < count; i++) {
            int label = random.nextInt(10);
            labels[i] = (byte) label;
            int at = 3 + (label % 5) * 5;
            for (int k = 2; k < 26; k++) {
                for (int w = 0; w < 3; w++) {
                    int x = label < 5 ? at + w : k;
                    int y = label < 5 ? k : at + w;
                    pixels[i * 784 + y * 28 + x] = (byte) (120 + random.nextInt(136));
                }
            }
            for (int k = 0; k < 150; k++) {
                pixels[i * 784 + random.nextInt(784)] = (byte) random.nextInt(256);
            }
        }
        return new ImageSet(name, 28, 28, pixels, labels);
    }
}
