/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.tminus.storm.Sabotage;
import org.tminus.storm.fault.Fault;

class FaultPlanTest {
    private static final Set<Fault> ALL = EnumSet.allOf(Fault.class);

    private final AtomicInteger sessions = new AtomicInteger();
    private final FaultPlan plan = new FaultPlan(Sabotage.NONE, sessions::addAndGet);

    @Test
    void beforeTheStormAllBehave() {
        for (int call = 0; call < 1000; call++) {
            assertThat(plan.next("p", ALL)).isNull();
        }
        assertThat(plan.total()).isZero();
    }

    @Test
    void eachFaultThatIsHandedOutIsCounted() {
        plan.begin();
        long handedOut = 0;
        for (int call = 0; call < 5000; call++) {
            handedOut += plan.next("p", EnumSet.of(Fault.THROWS, Fault.NAN)) == null ? 0 : 1;
        }

        assertThat(handedOut).isPositive();
        assertThat(plan.total()).isEqualTo(handedOut);
        assertThat(plan.byKind()).containsOnlyKeys("THROWS", "NAN");
    }

    @Test
    void hangsComeWithAPauseBetweenThem() {
        plan.begin();
        for (int call = 0; call < 1000; call++) {
            plan.next("p", EnumSet.of(Fault.HANGS));
        }

        assertThat(plan.count(Fault.HANGS)).isEqualTo(1);
    }

    @Test
    void onlyTheArmedPluginHangsForGoodAndOnlyWhereItCanBeGivenUp() throws Exception {
        plan.begin();
        Set<Fault> deaf = EnumSet.of(Fault.HANGS_DEAF);
        plan.arm("armed");

        assertThat(plan.next("armed", deaf)).as("on a client's thread").isNull();
        assertThat(onWorker("other", deaf)).isNull();
        assertThat(onWorker("armed", deaf)).isEqualTo(Fault.HANGS_DEAF);
        assertThat(onWorker("armed", deaf)).as("only once").isNull();
        assertThat(plan.isHanging()).isTrue();
    }

    private @Nullable Fault onWorker(String plugin, Set<Fault> possible) throws Exception {
        CompletableFuture<@Nullable Fault> drawn = new CompletableFuture<>();
        new Thread(() -> drawn.complete(plan.next(plugin, possible)), "tminus-worker-1").start();
        return drawn.get(30, TimeUnit.SECONDS);
    }

    @Test
    void aDeafHangEndsWhenItIsReleasedAndNotWhenItIsInterrupted() throws Exception {
        plan.begin();
        plan.arm("armed");
        assertThat(onWorker("armed", EnumSet.of(Fault.HANGS_DEAF))).isNotNull();
        Thread hanging = new Thread(plan::hangDeaf);
        hanging.start();
        while (hanging.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }

        hanging.interrupt();
        assertThat(plan.isHanging()).isTrue();
        plan.release();

        hanging.join(30_000);
        assertThat(plan.isHanging()).isFalse();
    }

    @Test
    void atTheEndNothingHangsAndAllBehave() throws Exception {
        plan.begin();
        CompletableFuture<Void> hang = CompletableFuture.runAsync(() -> {
            try {
                plan.hang();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });

        plan.end();

        hang.get(30, TimeUnit.SECONDS);
        assertThat(plan.next("p", EnumSet.of(Fault.HANGS))).isNull();
    }

    @Test
    void sabotageCommitsOnlyItselfAndIsNoFault() {
        FaultPlan sabotaged = new FaultPlan(Sabotage.WRONG_ANSWERS, sessions::addAndGet);
        sabotaged.begin();
        for (int call = 0; call < 1000; call++) {
            assertThat(sabotaged.next("p", ALL)).isIn(null, Fault.ANSWERS_WRONGLY);
        }

        assertThat(sabotaged.count(Fault.ANSWERS_WRONGLY)).isPositive();
        assertThat(sabotaged.total()).isZero();
    }

    @Test
    void anHonestStormCommitsNoSabotage() {
        plan.begin();
        for (int call = 0; call < 5000; call++) {
            assertThat(plan.next("p", EnumSet.of(Fault.ANSWERS_WRONGLY, Fault.REFUSES, Fault.LEAKS_THREAD)))
                    .isNull();
        }
    }

    @Test
    void sessionsAreHandedOn() {
        plan.sessions(1);
        plan.sessions(1);
        plan.sessions(-1);

        assertThat(sessions).hasValue(1);
    }
}
