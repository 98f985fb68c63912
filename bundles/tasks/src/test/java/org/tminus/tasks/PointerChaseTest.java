/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.LongBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.tminus.learning.data.Display;
import org.tminus.learning.data.Examples;
import org.tminus.learning.data.Purpose;
import org.tminus.learning.data.Split;
import org.tminus.learning.data.SplitAccessException;
import org.tminus.learning.data.TaskData;
import org.tminus.tensor.HostTensor;

class PointerChaseTest {
    private static final SplitSizes SMALL = new SplitSizes(4_000, 1_000, 2_000, 1_000);

    @Test
    void answersAreWhatFollowingThePointersOfTheInputGives() {
        Examples examples = Samples.open(PointerChase.generate(1, SMALL), Split.TEST);
        int[] rows = {5, 999, 0};
        HostTensor tokens = Samples.input(examples, "tokens", rows);
        assertThat(tokens.shape().toArray()).containsExactly(3, 13);
        LongBuffer values = tokens.buffer().asLongBuffer();
        for (int i = 0; i < rows.length; i++) {
            long query = values.get(i * 13);
            long at = query / 6;
            for (long hop = query % 6 + 1; hop > 0; hop--) {
                at = values.get(i * 13 + 1 + (int) at);
            }
            assertThat(examples.label(rows[i])).isEqualTo((int) at);
            assertThat(((KnownDifficulty) examples).difficulty(rows[i])).isEqualTo((int) (query % 6 + 1));
            assertThat(((Display.Text) examples.display(rows[i])).text())
                    .startsWith("start " + query / 6 + ", " + (query % 6 + 1) + " hop")
                    .contains("0>" + values.get(i * 13 + 1));
        }
    }

    @Test
    void everyNodeIsOnTheOneRing() {
        Examples examples = Samples.open(PointerChase.generate(1, SMALL), Split.DECISION);
        int[] rows = IntStream.range(0, examples.size()).toArray();
        LongBuffer values = Samples.input(examples, "tokens", rows).buffer().asLongBuffer();
        for (int row : rows) {
            Set<Long> reached = new HashSet<>();
            long at = 0;
            for (int hop = 0; hop < 12; hop++) {
                at = values.get(row * 13 + 1 + (int) at);
                reached.add(at);
            }
            assertThat(reached).hasSize(12);
            assertThat(at).isZero();
        }
    }

    @Test
    void everyHopCountAndClassIsAboutAsFrequent() {
        Examples examples = Samples.open(PointerChase.generate(2, SMALL), Split.TRUNK);
        Map<Integer, Integer> hops = new TreeMap<>();
        Map<Integer, Integer> labels = new TreeMap<>();
        for (int row = 0; row < examples.size(); row++) {
            hops.merge(((KnownDifficulty) examples).difficulty(row), 1, Integer::sum);
            labels.merge(examples.label(row), 1, Integer::sum);
        }
        assertThat(hops).hasSize(6);
        assertThat(hops.values()).allSatisfy(count -> assertThat(count).isBetween(540, 800));
        assertThat(labels).hasSize(12);
        assertThat(labels.values()).allSatisfy(count -> assertThat(count).isBetween(260, 410));
    }

    @Test
    void noInputIsInTwoSplitsWhateverTheSizes() {
        Map<String, Split> splits = new HashMap<>();
        for (SplitSizes sizes : new SplitSizes[] {SMALL, new SplitSizes(200_000, 90_000, 300_000, 150_000)}) {
            TaskData data = PointerChase.generate(3, sizes);
            for (Split split : Split.values()) {
                Examples examples = Samples.open(data, split);
                Map<String, Integer> seen = new HashMap<>();
                for (int row = 0; row < examples.size(); row++) {
                    assertThat(seen.put(examples.id(row), row)).isNull();
                    Split before = splits.put(examples.id(row), split);
                    if (before != null && before != split) {
                        throw new AssertionError(examples.id(row) + " is in " + before + " and " + split);
                    }
                }
                assertThat(seen).hasSize(examples.size());
            }
        }
    }

    @Test
    void theSeedDecidesEverything() {
        TaskData first = PointerChase.generate(4, SMALL);
        TaskData again = PointerChase.generate(4, SMALL);
        TaskData other = PointerChase.generate(5, SMALL);
        assertThat(again.description()).isEqualTo(first.description());
        assertThat(other.description().sha256())
                .isNotEqualTo(first.description().sha256());
        assertThat(Samples.ids(again, Split.TRUNK)).isEqualTo(Samples.ids(first, Split.TRUNK));
        assertThat(Samples.ids(other, Split.TRUNK)).isNotEqualTo(Samples.ids(first, Split.TRUNK));
    }

    @Test
    void whatThePublishedModelWasTrainedOnStaysTheSame() {
        assertThat(PointerChase.generate(1).description().sha256())
                .isEqualTo("b7e27bb95d5458e699d2e7a3c2d2bf81a2845747098c4abfa509ba685fd8aadf");
    }

    @Test
    void aSmallerSizeIsTheBeginningOfALargerOne() {
        TaskData small = PointerChase.generate(4, SMALL);
        TaskData large = PointerChase.generate(4, new SplitSizes(8_000, 1_000, 2_000, 1_000));
        assertThat(Samples.ids(large, Split.TRUNK).subList(0, 4_000)).isEqualTo(Samples.ids(small, Split.TRUNK));
    }

    @Test
    void trainingGetsNeitherCalibrationNorTest() {
        TaskData data = PointerChase.generate(6, SMALL);
        TaskData.Access access = data.accessFor(Purpose.TRAINING);
        access.open(Split.TRUNK);
        assertThatExceptionOfType(SplitAccessException.class).isThrownBy(() -> access.open(Split.CALIBRATION));
        assertThatExceptionOfType(SplitAccessException.class).isThrownBy(() -> access.open(Split.TEST));
        assertThat(data.openings()).containsExactly(new TaskData.Opening(Split.TRUNK, Purpose.TRAINING));
    }

    @Test
    void sizesOutOfRangeAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SplitSizes(10, 10, 10, 5_000_001))
                .withMessageContaining("5000001");
        assertThatIllegalArgumentException().isThrownBy(() -> new SplitSizes(10, 0, 10, 10));
    }
}
