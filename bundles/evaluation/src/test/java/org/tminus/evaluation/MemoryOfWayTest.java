/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class MemoryOfWayTest {
    private static final long MIB = 1 << 20;
    private static final MemoryReading WITH_ARENA =
            new MemoryReading(40 * MIB, 4 * MIB, 55 * MIB, 52 * MIB, 7 * MIB, 9 * MIB, 3 * MIB);
    private static final MemoryReading WITHOUT_ARENA =
            new MemoryReading(36 * MIB, 5 * MIB, 50 * MIB, 44 * MIB, 6 * MIB, 8 * MIB, 2 * MIB);

    @Test
    void partsAddUpToThePeak() {
        MemoryOfWay way = MemoryOfWay.of("full depth", WITH_ARENA, WITHOUT_ARENA);

        assertThat(way.weightsMiB()).isEqualTo(30);
        assertThat(way.filesMiB()).isEqualTo(5);
        assertThat(way.activationsMiB()).isEqualTo(6);
        assertThat(way.arenaMiB()).isEqualTo(8);
        assertThat(way.javaMiB()).isEqualTo(11);
        assertThat(way.loadingMiB()).isEqualTo(3);
        assertThat(way.peakMiB()).isEqualTo(58);
    }

    @Test
    void withoutASecondProcessOnlyThePeakIsKnown() {
        MemoryOfWay way = MemoryOfWay.of("full depth", WITH_ARENA, null);

        assertThat(way.peakMiB()).isEqualTo(58);
        assertThat(way.weightsMiB()).isNull();
        assertThat(way.arenaMiB()).isNull();
    }

    @Test
    void loadingAddsNothingWhereAnsweringTakesMore() {
        MemoryReading answering = new MemoryReading(40 * MIB, 4 * MIB, 45 * MIB, 52 * MIB, 0, 0, 0);

        assertThat(MemoryOfWay.of("full depth", answering, WITHOUT_ARENA).loadingMiB())
                .isZero();
    }

    @Test
    void aReadingSurvivesItsLine() {
        assertThat(MemoryReading.parse(WITH_ARENA.toLine())).isEqualTo(WITH_ARENA);
        assertThatThrownBy(() -> MemoryReading.parse("1,2")).isInstanceOf(IllegalArgumentException.class);
    }
}
