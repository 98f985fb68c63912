/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.tminus.learning.data.Purpose;
import org.tminus.learning.data.Split;
import org.tminus.learning.data.SplitAccessException;
import org.tminus.trainer.SyntheticImages;

class DataSplitsTest {
    private final ImageSet train = SyntheticImages.of("train", 3000, 1);
    private final ImageSet test = SyntheticImages.of("test", 300, 2);

    @Test
    void noImageIsInTwoSplits() {
        DataSplits splits = DataSplits.of(train, test, 7);
        Set<String> seen = new HashSet<>();
        int total = 0;
        for (Split split : Split.values()) {
            SplitReader reader = reader(splits, split);
            for (int row = 0; row < reader.size(); row++) {
                assertThat(seen.add(reader.id(row))).as(reader.id(row)).isTrue();
                total++;
            }
        }
        assertThat(total + splits.leftOut()).isEqualTo(3300);
    }

    @Test
    void theSharesAreKept() {
        DataSplits splits = DataSplits.of(train, test, 7);
        assertThat(splits.size(Split.TRUNK)).isBetween(2300, 2500);
        assertThat(splits.size(Split.DECISION)).isBetween(230, 370);
        assertThat(splits.size(Split.CALIBRATION)).isBetween(230, 370);
        assertThat(splits.size(Split.TEST)).isEqualTo(300);
    }

    @Test
    void theSeedDecidesTheSplit() {
        String first = DataSplits.of(train, test, 7).accessFor(Purpose.TRAINING).fingerprint();
        assertThat(DataSplits.of(train, test, 7).accessFor(Purpose.TRAINING).fingerprint())
                .isEqualTo(first);
        assertThat(DataSplits.of(train, test, 8).accessFor(Purpose.TRAINING).fingerprint())
                .isNotEqualTo(first);
    }

    @Test
    void nearCopiesStayTogetherAndThoseOfTestImagesAreLeftOut() {
        byte[] pixels = new byte[1200 * 784];
        byte[] labels = new byte[1200];
        ImageSet originals = SyntheticImages.of("originals", 600, 3);
        for (int i = 0; i < 600; i++) {
            originals.copyPixels(i, pixels, i * 784);
            originals.copyPixels(i, pixels, (600 + i) * 784);
            // The copy differs in one dark pixel by one grey level.
            pixels[(600 + i) * 784] = (byte) ((pixels[(600 + i) * 784] & 0xff) ^ 1);
        }
        byte[] testPixels = Arrays.copyOfRange(pixels, 0, 10 * 784);
        DataSplits splits = DataSplits.of(
                new ImageSet("train", 28, 28, pixels, labels),
                new ImageSet("test", 28, 28, testPixels, new byte[10]),
                1);
        Map<Integer, Set<Split>> whereabouts = new HashMap<>();
        Map<Integer, Set<String>> groups = new HashMap<>();
        for (Split split : new Split[] {Split.TRUNK, Split.DECISION, Split.CALIBRATION}) {
            SplitReader reader = reader(splits, split);
            for (int row = 0; row < reader.size(); row++) {
                int index = Integer.parseInt(reader.id(row).substring("train/".length()));
                whereabouts
                        .computeIfAbsent(index % 600, unused -> new TreeSet<>())
                        .add(split);
                groups.computeIfAbsent(index % 600, unused -> new TreeSet<>()).add(reader.group(row));
            }
        }
        assertThat(groups.values()).allSatisfy(names -> assertThat(names).hasSize(1));
        assertThat(groups.values().stream().distinct().count()).isGreaterThan(100);
        assertThat(splits.leftOut()).isGreaterThanOrEqualTo(20);
        assertThat(whereabouts).doesNotContainKeys(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        assertThat(whereabouts.values()).allSatisfy(places -> assertThat(places).hasSize(1));
    }

    @Test
    void trainingCannotOpenCalibrationOrTest() {
        DataSplits splits = DataSplits.of(train, test, 7);
        SplitAccess access = splits.accessFor(Purpose.TRAINING);
        assertThat(access.open(Split.TRUNK).size()).isPositive();
        assertThat(access.open(Split.DECISION).size()).isPositive();
        for (Split forbidden : new Split[] {Split.CALIBRATION, Split.TEST}) {
            assertThatThrownBy(() -> access.open(forbidden))
                    .isInstanceOf(SplitAccessException.class)
                    .hasMessageContaining(forbidden.name());
        }
        assertThat(splits.openings())
                .extracting(DataSplits.Opening::split)
                .containsExactly(Split.TRUNK, Split.DECISION);
    }

    private static SplitReader reader(DataSplits splits, Split split) {
        for (Purpose purpose : Purpose.values()) {
            if (purpose.allowed().contains(split)) {
                return splits.accessFor(purpose).open(split);
            }
        }
        throw new AssertionError("no purpose may open " + split);
    }
}
