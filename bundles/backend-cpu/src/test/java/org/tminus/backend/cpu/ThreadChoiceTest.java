/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What was measured to be faster is used, and what was slower is tried again now and then. */
class ThreadChoiceTest {
    private static final long MICRO = 1_000;
    private final ThreadChoice choice = new ThreadChoice(4);

    /** @return how many of the runs had the pool's help */
    private int run(int runs, long size, long aloneMicros, long pooledMicros) {
        int pooled = 0;
        for (int index = 0; index < runs; index++) {
            boolean withPool = choice.withPool(size, 1);
            choice.ran(size, withPool, 1, (withPool ? pooledMicros : aloneMicros) * MICRO);
            pooled += withPool ? 1 : 0;
        }
        return pooled;
    }

    @Test
    void thePoolHelpsWhereItIsFaster() {
        run(100, 1, 500, 300);
        assertThat(run(2560, 1, 500, 300)).isBetween(2500, 2559);
    }

    @Test
    void theThreadStaysAloneWhereThePoolIsSlower() {
        run(100, 1, 500, 900);
        assertThat(run(2560, 1, 500, 900)).isBetween(1, 20);
    }

    @Test
    void itChangesWithTheMachine() {
        run(100, 1, 500, 300);
        run(100 * 256, 1, 500, 900);
        assertThat(run(1000, 1, 500, 900)).isLessThan(20);
    }

    @Test
    void sizesAreMeasuredApart() {
        run(100, 1, 500, 900);
        run(100, 64, 5_000, 3_000);
        assertThat(run(100, 1, 500, 900)).isLessThan(2);
        assertThat(run(100, 64, 5_000, 3_000)).isGreaterThan(98);
    }

    @Test
    void littleWorkIsNotSharedOut() {
        assertThat(run(1000, 1, 50, 10)).isZero();
        assertThat(choice.isPoolWorthTrying()).isFalse();
        run(10, 64, 5_000, 3_000);
        assertThat(choice.isPoolWorthTrying()).isTrue();
    }

    @Test
    void nobodyIsAskedForHelpWhileMostAreBusy() {
        run(100, 1, 500, 300);
        assertThat(choice.withPool(1, 2)).isTrue();
        assertThat(choice.withPool(1, 3)).isFalse();
        for (int index = 0; index < 100; index++) {
            choice.ran(1, true, 2, 10_000 * MICRO);
        }
        assertThat(choice.withPool(1, 1)).as("runs beside others say nothing").isTrue();
    }

    @Test
    void oneRunThatWasHeldUpChangesNothing() {
        run(100, 1, 500, 300);
        choice.ran(1, true, 1, 1_000_000 * MICRO);
        assertThat(choice.withPool(1, 1)).isTrue();
    }

    @Test
    void anySizeIsTaken() {
        assertThat(choice.withPool(0, 1)).isFalse();
        assertThat(choice.withPool(Long.MAX_VALUE, 1)).isFalse();
        choice.ran(Long.MAX_VALUE, false, 1, 1);
    }
}
