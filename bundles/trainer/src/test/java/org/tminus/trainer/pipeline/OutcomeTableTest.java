/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tminus.learning.outcome.MenuPath;
import org.tminus.learning.outcome.Outcomes;
import org.tminus.learning.outcome.PathCosts;
import org.tminus.learning.outcome.PathTrie;

class OutcomeTableTest {
    private static final int ROWS = 2;

    private static final PathTrie TRIE = PathTrie.of(List.of(MenuPath.prefix(1), MenuPath.prefix(3)), 3);

    /** The second layer has no exit. */
    private static Outcomes outcomes() {
        int[][] answers = {{}, {4, 5}, {-1, -1}, {4, 6}};
        float[][] observations = new float[4][ROWS * Outcomes.OBSERVATIONS];
        for (int i = 0; i < observations[1].length; i++) {
            observations[1][i] = 0.1f * i;
            observations[3][i] = 0.2f * i;
        }
        return new Outcomes(TRIE, new Costless(), 7, answers, observations, new int[] {-1, 3}, new int[] {8, 9}, null);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatWasWrittenIsRead(boolean embeddings) throws Exception {
        Outcomes written = outcomes();
        written = embeddings ? written.withVerdicts(new int[][] {{}, {1, 0}, {-1, -1}, {1, 1}}) : written;

        Outcomes read = OutcomeTable.of(OutcomeTable.toBytes(written, layer -> layer != 1), TRIE, new Costless());

        assertThat(read.classes()).isEqualTo(7);
        assertThat(read.comparesAnswers()).isEqualTo(!embeddings);
        for (int row = 0; row < ROWS; row++) {
            assertThat(read.truth(row)).isEqualTo(written.truth(row));
            assertThat(read.length(row)).isEqualTo(written.length(row));
            for (int node = 1; node <= 3; node++) {
                assertThat(read.answer(node, row)).isEqualTo(written.answer(node, row));
                assertThat(read.shown(node, row)).isEqualTo(written.shown(node, row));
                assertThat(read.unchanged(node, 1, row)).isEqualTo(written.unchanged(node, 1, row));
                for (int i = 0; i < Outcomes.OBSERVATIONS; i++) {
                    assertThat(read.observation(node, row, i)).isEqualTo(written.observation(node, row, i));
                }
            }
        }
    }

    @Test
    void aNodeWithoutAnExitStaysOne() throws Exception {
        Outcomes read = OutcomeTable.of(OutcomeTable.toBytes(outcomes(), layer -> layer != 1), TRIE, new Costless());

        assertThat(read.hasExit(1)).isTrue();
        assertThat(read.hasExit(2)).isFalse();
    }

    private record Costless() implements PathCosts {
        @Override
        public double stem(int length) {
            return 0;
        }

        @Override
        public double layer(int layer, int length) {
            return 0;
        }

        @Override
        public double exit(int exit, int length) {
            return 0;
        }

        @Override
        public double predictor(int length) {
            return 0;
        }
    }
}
