/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.certificate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SequentialTestTest {
    private static int alarm(double limit, double delta, double rate, int answers, SplittableRandom random) {
        SequentialTest test = new SequentialTest(limit, delta);
        for (int i = 1; i <= answers; i++) {
            if (test.observe(random.nextDouble() >= rate)) {
                return i;
            }
        }
        return Integer.MAX_VALUE;
    }

    @ParameterizedTest
    @CsvSource({"0.01, 0.05", "0.05, 0.1", "0.3, 0.1", "0.9, 0.1"})
    void falseAlarmsAreAsRareAsPromised(double limit, double delta) {
        SplittableRandom random = new SplittableRandom(1);
        int streams = 1000;
        int alarms = 0;
        for (int stream = 0; stream < streams; stream++) {
            alarms += alarm(limit, delta, limit, 3000, random) <= 3000 ? 1 : 0;
        }
        assertThat((double) alarms / streams).isLessThanOrEqualTo(delta + 3 * Math.sqrt(delta * (1 - delta) / streams));
    }

    @ParameterizedTest
    @CsvSource({"0.01, 0.03, 1500", "0.01, 0.1, 150", "0.05, 0.5, 20", "0, 0.02, 200"})
    void whatIsTooMuchIsFoundSoon(double limit, double rate, int most) {
        SplittableRandom random = new SplittableRandom(2);
        double sum = 0;
        for (int stream = 0; stream < 200; stream++) {
            int found = alarm(limit, 0.05, rate, 100_000, random);
            assertThat(found).isLessThan(Integer.MAX_VALUE);
            sum += found;
        }
        assertThat(sum / 200).isLessThan(most);
    }

    @Test
    void aChangeAfterALongGoodRunIsFoundNearlyAsFast() {
        SplittableRandom random = new SplittableRandom(3);
        double sum = 0;
        int alarmsBefore = 0;
        for (int stream = 0; stream < 20; stream++) {
            SequentialTest test = new SequentialTest(0.02, 0.05);
            for (int i = 0; i < 200_000; i++) {
                test.observe(random.nextDouble() >= 0.01);
            }
            alarmsBefore += test.isRejected() ? 1 : 0;
            int more = 1;
            while (!test.observe(random.nextDouble() >= 0.1)) {
                more++;
            }
            sum += more;
        }
        assertThat(alarmsBefore).isLessThanOrEqualTo(3);
        assertThat(sum / 20).isLessThan(400);
    }

    @Test
    void aLimitOfAllIsNeverBroken() {
        SequentialTest test = new SequentialTest(1, 0.05);
        for (int i = 0; i < 1000; i++) {
            assertThat(test.observe(false)).isFalse();
        }
    }

    @Test
    void countsEveryAnswerOfSeveralThreads() throws InterruptedException {
        SequentialTest test = new SequentialTest(0.5, 0.01);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        for (int thread = 0; thread < 4; thread++) {
            threads.execute(() -> {
                for (int i = 0; i < 5000; i++) {
                    test.observe(i % 5 != 0);
                }
            });
        }
        threads.shutdown();
        assertThat(threads.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
        SequentialTest.State state = test.state();
        assertThat(state.observed()).isEqualTo(20_000);
        assertThat(state.disagreed()).isEqualTo(4000);
        assertThat(state.rejected()).isFalse();
        assertThat(state.evidence()).isLessThan(1);
    }
}
