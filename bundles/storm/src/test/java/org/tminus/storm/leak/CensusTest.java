/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm.leak;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CensusTest {
    private static final String HASH = "0935379929762f26715614805fb66d604ff71310db3baafd88d5c48b89ef8b4d";

    @TempDir
    Path folder;

    @Test
    void namesThatDifferInNumbersAloneAreOfOneKind() {
        assertThat(Census.of(Stream.of("worker-1", "worker-22", "cache/" + HASH + "/x"))
                        .counts())
                .isEqualTo(Map.of("worker-#", 2, "cache/#/x", 1));
    }

    @Test
    void whatIsReplacedIsNoExcess() {
        Census before = Census.of(Stream.of("worker-1", "worker-2"));

        assertThat(Census.of(Stream.of("worker-7", "worker-8")).beyond(before).total())
                .isZero();
        assertThat(Census.of(Stream.of("worker-7")).beyond(before).total()).isZero();
    }

    @Test
    void whatIsNewOrMoreIsExcess() {
        Census before = Census.of(Stream.of("worker-1"));

        assertThat(Census.of(Stream.of("worker-1", "worker-2", "other"))
                        .beyond(before)
                        .counts())
                .isEqualTo(Map.of("worker-#", 1, "other", 1));
    }

    @Test
    void aThreadThatIsLeftBehindIsSeen() throws Exception {
        Census before = Holdings.threads();
        CountDownLatch end = new CountDownLatch(1);
        Thread thread = new Thread(
                () -> {
                    try {
                        end.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "left-behind-by-a-test");
        thread.start();
        try {
            assertThat(Holdings.threads().beyond(before).counts()).containsEntry("left-behind-by-a-test", 1);
        } finally {
            end.countDown();
            thread.join();
        }
        assertThat(Holdings.threads().beyond(before).counts()).doesNotContainKey("left-behind-by-a-test");
    }

    @Test
    void aTemporaryFileThatIsLeftBehindIsSeen() throws Exception {
        Census before = Holdings.files(List.of(folder, folder.resolve("not-there")));
        Files.writeString(Files.createDirectories(folder.resolve("deep")).resolve("left"), "x");

        assertThat(Holdings.files(List.of(folder)).beyond(before).total()).isEqualTo(1);
    }
}
