/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.graph;

import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.tminus.learning.data.Display;
import org.tminus.learning.data.Examples;
import org.tminus.learning.data.Purpose;
import org.tminus.learning.data.TaskData;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;
import org.tminus.trainer.vit.Mixing;

/** Rows of 2 to 8 words; the class is whether most of the words are of the first half of the vocabulary. */
final class Sentences implements Examples {
    private final int size;
    private final long seed;
    private final boolean labelled;

    Sentences(int size, long seed, boolean labelled) {
        this.size = size;
        this.seed = seed;
        this.labelled = labelled;
    }

    static TaskData.Access data(int trunk, int decision, boolean labelled) {
        TaskData.Description description =
                new TaskData.Description("sentences", List.of("high", "low"), "s" + trunk, "Apache-2.0", 1, Map.of());
        return new TaskData(description, split -> switch (split) {
                    case TRUNK -> new Sentences(trunk, 1, labelled);
                    case DECISION -> new Sentences(decision, 2, true);
                    default -> throw new IllegalArgumentException(split.toString());
                })
                .accessFor(Purpose.TRAINING);
    }

    private long[] words(int row) {
        SplittableRandom random = new SplittableRandom(Mixing.mix(seed, row));
        long[] words = new long[2 + random.nextInt(7)];
        for (int i = 0; i < words.length; i++) {
            words[i] = random.nextInt(TinyBert.WORDS);
        }
        return words;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public String id(int row) {
        return seed + "-" + row;
    }

    @Override
    public int label(int row) {
        if (!labelled) {
            return -1;
        }
        long[] words = words(row);
        long low = java.util.Arrays.stream(words)
                .filter(word -> word < TinyBert.WORDS / 2)
                .count();
        return 2 * low > words.length ? 1 : 0;
    }

    @Override
    public int length(int row) {
        return words(row).length;
    }

    @Override
    public Map<String, HostTensor> inputs(int[] rows) {
        int longest = 0;
        for (int row : rows) {
            longest = Math.max(longest, length(row));
        }
        long[] ids = new long[rows.length * longest];
        long[] mask = new long[rows.length * longest];
        for (int i = 0; i < rows.length; i++) {
            long[] words = words(rows[i]);
            System.arraycopy(words, 0, ids, i * longest, words.length);
            java.util.Arrays.fill(mask, i * longest, i * longest + words.length, 1);
        }
        Shape shape = Shape.of(rows.length, longest);
        return Map.of("input_ids", HostTensor.ofLongs(shape, ids), "attention_mask", HostTensor.ofLongs(shape, mask));
    }

    @Override
    public Display display(int row) {
        return new Display.Text(id(row));
    }
}
