/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.vit;

/** Rearranges an image into rows of patch values, the order that the patch embedding's matrix expects. */
final class Patches {
    private final int side;
    private final int patch;
    private final float[] table;

    Patches(VitConfig config, Normalisation normalisation) {
        if (config.channels() != 1) {
            throw new IllegalArgumentException("images of " + config.channels() + " channels cannot be read yet");
        }
        side = config.imageSize();
        patch = config.patch();
        table = normalisation.table();
    }

    void write(byte[] image, float[] target, int offset) {
        int out = offset;
        for (int py = 0; py < side; py += patch) {
            for (int px = 0; px < side; px += patch) {
                for (int y = py; y < py + patch; y++) {
                    for (int x = px; x < px + patch; x++) {
                        target[out++] = table[image[y * side + x] & 0xff];
                    }
                }
            }
        }
    }
}
