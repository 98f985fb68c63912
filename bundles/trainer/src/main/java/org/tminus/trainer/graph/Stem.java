/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.graph;

import java.util.List;

/** What a fresh encoder makes its tokens of. */
public sealed interface Stem {
    /** Tokens of an input. */
    int tokens();

    /**
     * Whole numbers, looked up in tables: input {@code tokens} int64 [batch, tokens].
     *
     * @param vocabularies how many different tokens there are at each position; as many entries as tokens. Positions
     *     with the same number share the tokens' meaning
     */
    record Tables(List<Integer> vocabularies) implements Stem {
        /**
         * Checks the numbers.
         *
         * @throws IllegalArgumentException if a position has no token, or there is no position
         */
        public Tables {
            vocabularies = List.copyOf(vocabularies);
            if (vocabularies.isEmpty()) {
                throw new IllegalArgumentException("there must be a position");
            }
            for (int size : vocabularies) {
                if (size < 1) {
                    throw new IllegalArgumentException("every position needs a token: " + vocabularies);
                }
            }
        }

        @Override
        public int tokens() {
            return vocabularies.size();
        }
    }

    /**
     * Pictures, cut into square tiles in reading order: input {@code pixels} float32 [batch, channels, rows * tile, columns *
     * tile]. Tiles are normalised, so brightness and contrast do not matter.
     *
     * @param channels of the picture
     * @param rows of tiles
     * @param columns of tiles
     * @param tile width and height of a tile in pixels
     */
    record Tiles(int channels, int rows, int columns, int tile) implements Stem {
        /**
         * Checks the numbers.
         *
         * @throws IllegalArgumentException if one is not positive
         */
        public Tiles {
            if (channels < 1 || rows < 1 || columns < 1 || tile < 1) {
                throw new IllegalArgumentException("every number must be positive");
            }
        }

        @Override
        public int tokens() {
            return rows * columns;
        }

        /** Numbers of a tile. */
        int values() {
            return channels * tile * tile;
        }
    }
}
