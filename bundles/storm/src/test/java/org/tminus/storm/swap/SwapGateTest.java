/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm.swap;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SwapGateTest {
    private final SwapGate gate = new SwapGate();

    @Test
    void severalSwapsGoAtOnce() {
        assertThat(gate.tryEnter()).isTrue();
        assertThat(CompletableFuture.supplyAsync(gate::tryEnter).join()).isTrue();
    }

    @Test
    void aClosedGateLetsNobodyIn() throws Exception {
        gate.close();

        assertThat(CompletableFuture.supplyAsync(gate::tryEnter).join()).isFalse();

        gate.open();
        assertThat(gate.tryEnter()).isTrue();
    }

    @Test
    void closingWaitsForTheSwapThatIsUnderWay() throws Exception {
        assertThat(gate.tryEnter()).isTrue();
        CompletableFuture<Void> closed = CompletableFuture.runAsync(() -> {
            try {
                gate.close();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        while (gate.isOpen()) {
            Thread.onSpinWait();
        }
        assertThat(closed).isNotDone();

        gate.leave();

        closed.get(30, TimeUnit.SECONDS);
    }
}
