/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tminus.evaluation.EvaluationException;
import org.tminus.tensor.HostTensor;

@Timeout(20)
class LoadTest {
    private static final Inputs INPUTS = new Inputs(rows(1000), Collections.nCopies(1000, Map.of()));

    private static List<Integer> rows(int count) {
        return java.util.stream.IntStream.range(0, count).boxed().toList();
    }

    /** Counts who works, so that a test can say whether anybody does when the caller goes on. */
    private abstract static class Watched implements Server {
        final AtomicInteger working = new AtomicInteger();
        final AtomicInteger answered = new AtomicInteger();

        abstract void work(int row) throws EvaluationException, InterruptedException;

        @Override
        public Answer answer(Map<String, HostTensor> input, int row) throws EvaluationException {
            working.incrementAndGet();
            try {
                work(row);
                answered.incrementAndGet();
                return Answer.of(0);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            } finally {
                working.decrementAndGet();
            }
        }

        @Override
        public void close() {}
    }

    @Test
    void everyInputIsAnsweredOnce() throws Exception {
        Watched server = new Watched() {
            @Override
            void work(int row) {}
        };
        try (Load load = new Load(3)) {
            assertThat(load.nanos(server, INPUTS, 100, 900)).isPositive();
        }
        assertThat(server.answered).hasValue(800);
    }

    @Test
    void afterAFailureNobodyWorksAnyMore() {
        CountDownLatch slow = new CountDownLatch(1);
        Watched server = new Watched() {
            @Override
            void work(int row) throws EvaluationException, InterruptedException {
                if (row == 0) {
                    slow.await();
                    throw new EvaluationException("The first input failed.", "None.");
                }
                // Still at work when the other one fails.
                slow.countDown();
                Thread.sleep(300);
            }
        };
        try (Load load = new Load(2)) {
            assertThatThrownBy(() -> load.nanos(server, INPUTS, 0, 1000))
                    .isInstanceOf(EvaluationException.class)
                    .hasMessageContaining("first input");
            assertThat(server.working).hasValue(0);
            assertThat(server.answered).hasValue(1);
        }
    }

    @Test
    void afterAnInterruptionNobodyWorksAnyMore() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        Watched server = new Watched() {
            @Override
            void work(int row) throws InterruptedException {
                begun.countDown();
                Thread.sleep(50);
            }
        };
        AtomicBoolean quiet = new AtomicBoolean();
        AtomicBoolean told = new AtomicBoolean();
        Thread caller = new Thread(() -> {
            try (Load load = new Load(2)) {
                assertThatThrownBy(() -> load.nanos(server, INPUTS, 0, 1000)).hasMessageContaining("interrupted");
                quiet.set(server.working.get() == 0);
                told.set(Thread.currentThread().isInterrupted());
            }
        });
        caller.start();
        begun.await();
        caller.interrupt();
        caller.join();
        assertThat(quiet).isTrue();
        assertThat(told).isTrue();
        assertThat(server.answered.get()).isLessThan(1000);
    }
}
