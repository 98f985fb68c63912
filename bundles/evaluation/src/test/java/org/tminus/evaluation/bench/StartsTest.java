/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class StartsTest {
    /** Answers if it is told to; hangs otherwise. */
    static final class Child {
        private Child() {}

        public static void main(String[] args) throws InterruptedException {
            if (args.length > 0) {
                System.out.println(args[0]);
            }
            Thread.sleep(Long.MAX_VALUE);
        }
    }

    private static ProcessBuilder child(String... args) {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Child.class.getName());
        builder.command().addAll(List.of(args));
        return builder;
    }

    @Test
    void whatAnswersIsTimed() throws Exception {
        assertThat(Starts.millis(child("answered"), 120)).isPositive();
    }

    @Test
    void aProcessThatNeverAnswersIsEnded() {
        assertThatThrownBy(() -> Starts.millis(child(), 1))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("longer than 1 s");
    }
}
