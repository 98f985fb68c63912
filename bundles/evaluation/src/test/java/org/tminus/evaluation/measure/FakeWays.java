/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.measure;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.tminus.tensor.HostTensor;

/** Ways of answering that take time of a clock of their own, and what they do to each other: caches and lingering threads. */
final class FakeWays {
    static final long MILLI = 1_000_000;

    /** Who answered, in order, without repetitions. */
    final List<String> turns = new ArrayList<>();

    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1000 * MILLI);
    private long disturbedUntil = now.get();
    private int sinceTurn;

    static Inputs inputs(int count) {
        return new Inputs(
                IntStream.range(0, count).boxed().toList(), Collections.nCopies(count, Map.<String, HostTensor>of()));
    }

    long now() {
        return now.get();
    }

    /** One way; its first answers after another's turn find cold caches. */
    final class Way implements Server {
        private final String name;
        private final long nanos;
        private final long linger;
        long slowUntilAnswer;
        int answers;

        /** @param linger how long it slows others down after an answer */
        Way(String name, long nanos, long linger) {
            this.name = name;
            this.nanos = nanos;
            this.linger = linger;
        }

        @Override
        public synchronized Answer answer(Map<String, HostTensor> input, int row) {
            synchronized (FakeWays.this) {
                if (turns.isEmpty() || !turns.get(turns.size() - 1).equals(name)) {
                    turns.add(name);
                    sinceTurn = 0;
                }
                long cost = nanos;
                cost += sinceTurn < LeadIn.ANSWERS ? 7 * MILLI : 0;
                cost += disturbedUntil - now.get() > 0 && linger == 0 ? 3 * MILLI : 0;
                cost += answers < slowUntilAnswer ? 90 * MILLI : 0;
                now.addAndGet(cost);
                if (linger > 0) {
                    disturbedUntil = now.get() + linger;
                }
                sinceTurn++;
                answers++;
                return Answer.of(row);
            }
        }

        @Override
        public long lingerNanos() {
            return linger;
        }

        @Override
        public void close() {}
    }
}
