/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessMemoryTest {
    @Test
    void figuresAreReadAsTheSystemWritesThem(@TempDir Path folder) throws Exception {
        Files.writeString(
                folder.resolve("status"), "Name:\tjava\nVmHWM:\t  2048 kB\nVmRSS:\t  1024 kB\nRssFile:\t   512 kB\n");
        ProcessMemory memory = new ProcessMemory(folder);

        assertThat(memory.peak()).hasValue(2048 * 1024);
        assertThat(memory.resident()).hasValue(1024 * 1024);
        assertThat(memory.files()).hasValue(512 * 1024);
        assertThat(memory.resetPeak()).isTrue();
        assertThat(folder.resolve("clear_refs")).hasContent("5");
    }

    @Test
    void elsewhereNothingIsTold(@TempDir Path folder) {
        ProcessMemory memory = new ProcessMemory(folder.resolve("none"));

        assertThat(memory.peak()).isEmpty();
        assertThat(memory.resident()).isEmpty();
        assertThat(memory.files()).isEmpty();
        assertThat(memory.resetPeak()).isFalse();
    }
}
