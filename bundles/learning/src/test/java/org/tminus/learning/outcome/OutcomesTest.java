/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.outcome;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tminus.learning.SyntheticOutcomes;

class OutcomesTest {
    private static final PathTrie TRIE = PathTrie.of(SyntheticOutcomes.prefixes(4), 4);
    private static final int[][] SHOWN = {{}, {5, 1, 2}, {6, 1, 3}, {-1, -1, -1}, {5, 1, 3}};
    private static final int[][] VERDICTS = {{}, {0, 1, 1}, {1, 1, 0}, {-1, -1, -1}, {1, 1, 1}};

    private final Outcomes outcomes =
            SyntheticOutcomes.of(TRIE, 3, 1, false).withShown(SHOWN).withVerdicts(VERDICTS);

    @Test
    void verdictsCountAndWhatIsShownIsCompared() {
        assertThat(outcomes.comparesAnswers()).isFalse();
        assertThat(outcomes.agrees(0, 0)).isFalse();
        assertThat(outcomes.agrees(0, 2)).isTrue();
        // Full depth is compared with the node that was read last, whichever that was.
        assertThat(outcomes.unchanged(4, 1, 0)).isEqualTo(1);
        assertThat(outcomes.unchanged(4, 2, 0)).isZero();
        assertThat(outcomes.unchanged(4, 1, 2)).isZero();
        assertThat(outcomes.unchanged(4, 2, 2)).isEqualTo(1);
        assertThat(outcomes.unchanged(4, 0, 1)).as("nothing was read").isZero();
        assertThat(outcomes.hasExit(2)).isTrue();
        assertThat(outcomes.hasExit(3)).isFalse();
    }

    @Test
    void someExamplesAndPathsKeepWhatIsShown() {
        Outcomes some = outcomes.select(new int[] {2, 0}).restrict(List.of(MenuPath.prefix(2), MenuPath.prefix(4)));

        assertThat(some.comparesAnswers()).isFalse();
        assertThat(some.shown(2, 0)).isEqualTo(3);
        assertThat(some.shown(2, 1)).isEqualTo(6);
        assertThat(some.answer(2, 1)).isEqualTo(1);
        assertThat(some.unchanged(4, 2, 0)).isEqualTo(1);
        assertThat(some.unchanged(4, 1, 1)).isEqualTo(1);
        assertThat(some.hasExit(3)).isFalse();
    }

    @Test
    void answersAreShownAsTheyAreUnlessSaidOtherwise() {
        Outcomes plain = SyntheticOutcomes.of(TRIE, 3, 1, false);

        assertThat(plain.comparesAnswers()).isTrue();
        assertThat(plain.shown(4, 2)).isEqualTo(plain.answer(4, 2));
        assertThatThrownBy(() -> plain.withShown(new int[2][3])).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void observationsThatWereReplacedSayThemselvesWhatIsUnchanged() {
        float[][] others = new float[5][3 * Outcomes.OBSERVATIONS];
        others[4][3] = 1;

        assertThat(outcomes.withObservations(others).unchanged(4, 2, 0)).isEqualTo(1);
        assertThat(outcomes.withObservations(others).unchanged(4, 2, 2)).isZero();
    }
}
