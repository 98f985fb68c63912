/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.bench;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.tminus.learning.data.Display;
import org.tminus.learning.data.Examples;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;
import org.tminus.trainer.vit.Mixing;

/** Inputs of the right shape that mean nothing; each is decided by seed and number. Immutable. */
final class RandomExamples implements Examples {
    private static final int SIZE = 64;

    private final int length;
    private final Maker maker;

    private interface Maker {
        Map<String, HostTensor> inputs(int[] rows);
    }

    private RandomExamples(int length, Maker maker) {
        this.length = length;
        this.maker = maker;
    }

    /** Pictures that are normalised already. */
    static Examples pictures(String input, int channels, int side, long seed) {
        int values = channels * side * side;
        return new RandomExamples(0, rows -> {
            float[] pixels = new float[rows.length * values];
            for (int i = 0; i < rows.length; i++) {
                SplittableRandom random = new SplittableRandom(Mixing.mix(seed, rows[i]));
                for (int k = 0; k < values; k++) {
                    pixels[i * values + k] = (float) random.nextDouble(-1, 1);
                }
            }
            return Map.of(input, HostTensor.ofFloats(Shape.of(rows.length, channels, side, side), pixels));
        });
    }

    /** Texts for encoders of BERT's kind, all of one length. */
    static Examples texts(int length, int vocabulary, long seed) {
        return new RandomExamples(length, rows -> {
            long[] ids = new long[rows.length * length];
            long[] mask = new long[ids.length];
            for (int i = 0; i < rows.length; i++) {
                SplittableRandom random = new SplittableRandom(Mixing.mix(seed, rows[i]));
                for (int k = 0; k < length; k++) {
                    ids[i * length + k] = random.nextInt(vocabulary);
                    mask[i * length + k] = 1;
                }
            }
            Shape shape = Shape.of(rows.length, length);
            Map<String, HostTensor> inputs = new LinkedHashMap<>();
            inputs.put("input_ids", HostTensor.ofLongs(shape, ids));
            inputs.put("attention_mask", HostTensor.ofLongs(shape, mask));
            inputs.put("token_type_ids", HostTensor.ofLongs(shape, new long[ids.length]));
            return inputs;
        });
    }

    @Override
    public int size() {
        return SIZE;
    }

    @Override
    public String id(int row) {
        return "random-" + row;
    }

    @Override
    public int label(int row) {
        return -1;
    }

    @Override
    public int length(int row) {
        return length;
    }

    @Override
    public Map<String, HostTensor> inputs(int[] rows) {
        return maker.inputs(rows);
    }

    @Override
    public Display display(int row) {
        return new Display.Text(id(row));
    }
}
