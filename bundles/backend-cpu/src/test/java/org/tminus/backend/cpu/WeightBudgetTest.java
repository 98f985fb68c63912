/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tminus.backend.RunControl;
import org.tminus.backend.RunControls;
import org.tminus.backend.cpu.WeightBudget.Part;
import org.tminus.failure.BackendException;
import org.tminus.failure.RequestCancelledException;

/** What is in memory stays below the bound, and what ran last stays the longest. */
class WeightBudgetTest {
    private static final RunControl CONTROL = RunControls.forOutputs();

    private final AtomicLong most = new AtomicLong(100);
    private final WeightBudget budget = new WeightBudget(most::get);
    private final List<String> unloaded = new ArrayList<>();

    private Part part(String name, long size) {
        return budget.part(name, size, () -> unloaded.add(name));
    }

    private static void use(Part part) throws Exception {
        part.acquire(CONTROL);
        part.release();
    }

    @Test
    void whatRanTheLongestAgoLeaves() throws Exception {
        Part first = part("first", 40);
        Part second = part("second", 40);
        use(first);
        use(second);
        use(first);

        use(part("third", 50));

        assertThat(unloaded).containsExactly("second");
        assertThat(budget.residentBytes()).isEqualTo(90);
    }

    @Test
    void whatIsInUseStays() throws Exception {
        Part busy = part("busy", 40);
        busy.acquire(CONTROL);
        use(part("idle", 40));

        use(part("next", 50));

        assertThat(unloaded).containsExactly("idle");
        busy.release();
    }

    @Test
    void whoFindsNoRoomWaitsUntilSomebodyIsDone() throws Exception {
        Part busy = part("busy", 80);
        busy.acquire(CONTROL);
        CountDownLatch began = new CountDownLatch(1);
        AtomicReference<Exception> failure = new AtomicReference<>();
        Thread waiting = new Thread(() -> {
            try {
                began.countDown();
                use(part("waiting", 50));
            } catch (Exception e) {
                failure.set(e);
            }
        });
        waiting.start();
        began.await();
        while (waiting.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        assertThat(unloaded).isEmpty();

        busy.release();
        waiting.join();

        assertThat(failure).hasValue(null);
        assertThat(unloaded).containsExactly("busy");
        assertThat(budget.residentBytes()).isEqualTo(50);
    }

    @Test
    void whoIsInterruptedStopsWaiting() throws Exception {
        part("busy", 80).acquire(CONTROL);
        Part waiting = part("waiting", 50);

        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> waiting.acquire(CONTROL)).isInstanceOf(RequestCancelledException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void aPartThatNeverFitsIsRefused() {
        assertThatThrownBy(() -> part("layer 7", 101 << 20).acquire(CONTROL))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining("layer 7")
                .hasMessageContaining("101 MiB");
    }

    @Test
    void modelsThatCannotRunAreRefused() throws Exception {
        assertThatThrownBy(() -> budget.reserve("large", 60, 41))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining("large")
                .hasMessageContaining("weightMemoryMiB");
        budget.reserve("fits", 60, 40);
        assertThatThrownBy(() -> budget.reserve("another", 1, 40)).isInstanceOf(BackendException.class);

        use(part("a", 20));
        use(part("b", 30));
        assertThat(unloaded).containsExactly("a");
        budget.giveBack(60);
        use(part("c", 70));
        assertThat(unloaded).containsExactly("a");
    }

    @Test
    void aPartThatIsForgottenMakesRoom() throws Exception {
        Part gone = part("gone", 80);
        use(gone);
        gone.forget();

        use(part("next", 80));

        assertThat(unloaded).isEmpty();
        assertThat(budget.residentBytes()).isEqualTo(80);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void theBoundHoldsWhateverRuns(long seed) throws Exception {
        Random random = new Random(seed);
        AtomicLong loaded = new AtomicLong();
        List<Part> parts = new ArrayList<>();
        List<Long> sizes = new ArrayList<>();
        boolean[] inMemory = new boolean[20];
        for (int i = 0; i < inMemory.length; i++) {
            int index = i;
            long size = 1 + random.nextInt(100);
            sizes.add(size);
            parts.add(budget.part("part " + i, size, () -> {
                inMemory[index] = false;
                loaded.addAndGet(-size);
            }));
        }
        for (int run = 0; run < 1_000; run++) {
            int index = random.nextInt(parts.size());
            parts.get(index).acquire(CONTROL);
            if (!inMemory[index]) {
                inMemory[index] = true;
                loaded.addAndGet(sizes.get(index));
            }
            assertThat(loaded).hasValueLessThanOrEqualTo(100).hasValue(budget.residentBytes());
            parts.get(index).release();
        }
    }
}
