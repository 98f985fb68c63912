/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks.shift;

import java.util.Map;
import java.util.stream.IntStream;
import org.tminus.learning.data.Display;
import org.tminus.learning.data.Examples;
import org.tminus.tasks.KnownDifficulty;
import org.tminus.tensor.HostTensor;

/**
 * Another mixture: only the hardest examples that there are, for pointer-chase those with 6 hops. More hops than a model was
 * trained for have no token, so they cannot be asked for.
 */
public record HardestOnly() implements Shift {
    @Override
    public String name() {
        return "hardest-only";
    }

    @Override
    public boolean fits(Examples examples) {
        return examples instanceof KnownDifficulty;
    }

    @Override
    public Examples apply(Examples examples) {
        KnownDifficulty known = Kinds.require(examples, KnownDifficulty.class, name(), "examples of known difficulty");
        int hardest =
                IntStream.range(0, known.size()).map(known::difficulty).max().orElse(0);
        return new Chosen(
                known,
                IntStream.range(0, known.size())
                        .filter(row -> known.difficulty(row) == hardest)
                        .toArray());
    }

    private static final class Chosen implements KnownDifficulty {
        private final KnownDifficulty all;
        private final int[] rows;

        Chosen(KnownDifficulty all, int[] rows) {
            this.all = all;
            this.rows = rows;
        }

        @Override
        public int size() {
            return rows.length;
        }

        @Override
        public String id(int row) {
            return all.id(rows[row]);
        }

        @Override
        public String group(int row) {
            return all.group(rows[row]);
        }

        @Override
        public int label(int row) {
            return all.label(rows[row]);
        }

        @Override
        public int length(int row) {
            return all.length(rows[row]);
        }

        @Override
        public int difficulty(int row) {
            return all.difficulty(rows[row]);
        }

        @Override
        public Map<String, HostTensor> inputs(int[] chosen) {
            return all.inputs(IntStream.of(chosen).map(row -> rows[row]).toArray());
        }

        @Override
        public Display display(int row) {
            return all.display(rows[row]);
        }
    }
}
