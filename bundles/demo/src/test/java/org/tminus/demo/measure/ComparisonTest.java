/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.demo.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.tminus.demo.report.RowPlan;
import org.tminus.demo.report.SessionSetting;

class ComparisonTest {

    @Test
    void everyClassifierAnswersEveryInputOnceAndInTurn() throws Exception {
        int inputs = 1003;
        List<Integer> turns = Collections.synchronizedList(new ArrayList<>());
        AtomicIntegerArray asked = new AtomicIntegerArray(2 * inputs);
        List<Classifier> classifiers = List.of(recording(0, inputs, asked, turns), recording(1, inputs, asked, turns));
        AtomicInteger progress = new AtomicInteger();

        List<RowMeter> meters;
        try (LoadGenerator load = new LoadGenerator(3)) {
            meters = new Comparison(load, 1).run(classifiers, inputs, progress::addAndGet);
        }

        for (int index = 0; index < asked.length(); index++) {
            assertThat(asked.get(index)).isEqualTo(1);
        }
        assertThat(progress).hasValue(2 * inputs);
        // Neither has answered more than a chunk ahead of the other at any time.
        int ahead = 0;
        for (int turn : turns) {
            ahead += turn == 0 ? 1 : -1;
            assertThat(Math.abs(ahead)).isLessThanOrEqualTo(100);
        }
        assertThat(meters.get(1)
                        .row(RowPlan.platform("x", "x", null), input -> 1, 1, "")
                        .accuracy())
                .isEqualTo(1);
    }

    private static Classifier recording(int who, int inputs, AtomicIntegerArray asked, List<Integer> turns) {
        return fake(image -> {
            asked.incrementAndGet(who * inputs + image);
            turns.add(who);
            return new Classifier.Answer(who, 1, "x", false, true, 0);
        });
    }

    @Test
    void theFirstFailureEndsTheRun() {
        Classifier failing = fake(image -> {
            if (image == 5) {
                throw new IOException("no answer");
            }
            return new Classifier.Answer(0, 1, "x", false, true, 0);
        });

        assertThatThrownBy(() -> {
                    try (LoadGenerator load = new LoadGenerator(2)) {
                        new Comparison(load, 1).run(List.of(failing), 50, done -> {});
                    }
                })
                .isInstanceOf(IOException.class)
                .hasMessage("no answer");
    }

    @Test
    void theBaselineIsTheFastestSetting() {
        Baseline baseline = Baseline.of(Map.of(
                SessionSetting.ALL_CORES, 2.0, SessionSetting.ONE_THREAD, 1.5, SessionSetting.GLOBAL_POOL, 1.75));

        assertThat(baseline.setting()).isEqualTo(SessionSetting.ONE_THREAD);
        assertThat(baseline.description()).contains("one thread per request (", "1.500 ms", "2.000 ms", "1.750 ms");
    }

    @Test
    void everySettingIsTriedAndClosed() throws Exception {
        AtomicInteger closed = new AtomicInteger();
        List<SessionSetting> opened = new ArrayList<>();
        try (LoadGenerator load = new LoadGenerator(1)) {
            Baseline baseline = Baseline.choose(
                    setting -> {
                        opened.add(setting);
                        return new Classifier() {
                            @Override
                            public Answer classify(int image) {
                                return new Answer(0, 1, "x", false, true, 0);
                            }

                            @Override
                            public void close() {
                                closed.incrementAndGet();
                            }
                        };
                    },
                    load,
                    1,
                    20,
                    done -> {});
            assertThat(baseline.meanMillis()).containsOnlyKeys(SessionSetting.values());
        }
        assertThat(opened).containsExactly(SessionSetting.values());
        assertThat(closed).hasValue(SessionSetting.values().length);
    }

    private interface Behaviour {
        Classifier.Answer answer(int image) throws Exception;
    }

    private static Classifier fake(Behaviour behaviour) {
        return new Classifier() {
            @Override
            public Answer classify(int image) throws Exception {
                return behaviour.answer(image);
            }

            @Override
            public void close() {}
        };
    }
}
