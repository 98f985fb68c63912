/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NativeMemoryTest {
    private final Deadlines deadlines = new Deadlines();
    private final BlockingQueue<Runnable> work = new LinkedBlockingQueue<>();
    private final NativeMemory memory = new NativeMemory(deadlines, work::add, Fixture.RUNTIME, Long.MAX_VALUE);

    @AfterEach
    void close() {
        deadlines.close();
    }

    @Test
    void whatIsClosedTogetherIsGivenBackOnce() throws Exception {
        memory.opened(30);
        memory.closed(10);
        memory.closed(15);
        assertThat(memory.weightBytes()).isEqualTo(5);
        Runnable first = work.poll(60, TimeUnit.SECONDS);
        assertThat(first).isNotNull();
        assertThat(work).isEmpty();
        first.run();
        memory.closed(5);
        assertThat(work.poll(60, TimeUnit.SECONDS)).isNotNull();
    }

    @Test
    void sessionsMayOutliveTheBackend() {
        NativeMemory late = new NativeMemory(
                deadlines,
                refused -> {
                    throw new RejectedExecutionException("closed");
                },
                Fixture.RUNTIME,
                Long.MAX_VALUE);
        deadlines.close();
        late.opened(1);
        late.closed(1);
        assertThat(late.weightBytes()).isZero();
    }
}
