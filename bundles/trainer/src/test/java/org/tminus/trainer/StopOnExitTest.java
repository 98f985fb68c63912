/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs({OS.LINUX, OS.MAC})
class StopOnExitTest {
    private static final int STARTED = 's';
    private static final int ENDED_BY_ITSELF = 3;

    /** Works until it is told to stop. Its hook is like that of ONNX Runtime: what works must be done before it. */
    public static final class Worker {
        private static volatile boolean working = true;

        private Worker() {}

        public static void main(String[] arguments) throws InterruptedException {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                if (working) {
                    Runtime.getRuntime().halt(1);
                }
            }));
            try (StopOnExit stop = new StopOnExit()) {
                System.out.print((char) STARTED);
                System.out.flush();
                while (!stop.isStopping()) {
                    Thread.sleep(1);
                }
                working = false;
            }
            System.exit(ENDED_BY_ITSELF);
        }
    }

    @Test
    @Timeout(60)
    void hooksRunAfterTheWorkIsDone() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(List.of(
                        System.getProperty("java.home") + "/bin/java",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Worker.class.getName()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (InputStream out = process.getInputStream()) {
            assertThat(out.read()).isEqualTo(STARTED);
            process.destroy();
            assertThat(process.waitFor(50, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(ENDED_BY_ITSELF);
        } finally {
            process.destroyForcibly();
        }
    }
}
