/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.demo.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.tminus.demo.report.DemoReport.Swaps;

class SwapTrialTest {

    @Test
    void swapsAreMadeUnderLoadAndCounted() throws Exception {
        FakePlatform platform = new FakePlatform(false);

        Swaps swaps = run(platform);

        assertThat(platform.calls)
                .containsExactly(
                        "configure a",
                        "configure b",
                        "configure a",
                        "configure a",
                        "stop a",
                        "update a",
                        "configure b",
                        "stop b",
                        "update b");
        assertThat(swaps.byConfiguration()).isEqualTo(3);
        assertThat(swaps.byBundleUpdate()).isEqualTo(2);
        assertThat(swaps.failedRequests()).isZero();
        assertThat(swaps.firstFailure()).isNull();
        // Two clients, at least ten requests each while a bundle was away, twice.
        assertThat(swaps.fallbacks()).isGreaterThanOrEqualTo(40);
        assertThat(swaps.requests()).isGreaterThan(swaps.fallbacks());
        assertThat(platform.answered).hasValue((int) swaps.requests());
    }

    @Test
    void failedRequestsAreCountedAndTheFirstIsTold() throws Exception {
        Swaps swaps = run(new FakePlatform(true));

        assertThat(swaps.failedRequests()).isPositive().isLessThan(swaps.requests());
        assertThat(swaps.firstFailure()).contains("nobody answers");
    }

    private static Swaps run(FakePlatform platform) throws Exception {
        try (LoadGenerator load = new LoadGenerator(2)) {
            return new SwapTrial(platform, platform, 7, 2).run(load, 3, 2, share -> {});
        }
    }

    /** Answers by the policy in force, and by a fall-back or not at all while its bundle is away. */
    private static final class FakePlatform implements SwapTrial.PolicySwitch, Classifier {
        private final boolean failsWhileAway;
        private final List<String> calls = new ArrayList<>();
        private final AtomicInteger answered = new AtomicInteger();
        private final AtomicBoolean away = new AtomicBoolean();
        private volatile String inForce = "";

        FakePlatform(boolean failsWhileAway) {
            this.failsWhileAway = failsWhileAway;
        }

        @Override
        public List<String> names() {
            return List.of("a", "b");
        }

        @Override
        public void configure(String policy) {
            calls.add("configure " + policy);
            inForce = policy;
        }

        @Override
        public void stopBundle(String policy) {
            calls.add("stop " + policy);
            away.set(true);
        }

        @Override
        public void updateAndStartBundle(String policy) {
            calls.add("update " + policy);
            away.set(false);
        }

        @Override
        public Answer classify(int image) throws IOException {
            assertThat(image).isBetween(0, 6);
            answered.incrementAndGet();
            boolean fallback = away.get();
            if (fallback && failsWhileAway) {
                throw new IOException("nobody answers");
            }
            return new Answer(0, 1, fallback ? "static" : inForce, fallback, true, 0);
        }

        @Override
        public void close() {}
    }
}
