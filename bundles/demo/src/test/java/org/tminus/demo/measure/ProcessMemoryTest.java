/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.demo.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessMemoryTest {

    @TempDir
    Path folder;

    @Test
    void theKernelsFiguresAreRead() throws IOException {
        Files.writeString(folder.resolve("status"), "Name:\tjava\nVmHWM:\t    2048 kB\nVmRSS:\t    1024 kB\n");
        ProcessMemory memory = new ProcessMemory(folder);

        assertThat(memory.resident()).hasValue(1 << 20);
        assertThat(memory.peak()).hasValue(2 << 20);
        assertThat(memory.resetPeak()).isTrue();
        assertThat(folder.resolve("clear_refs")).hasContent("5");
    }

    @Test
    void elsewhereThereAreNoFigures() throws IOException {
        ProcessMemory memory = new ProcessMemory(folder.resolve("missing"));
        assertThat(memory.resident()).isEmpty();
        assertThat(memory.resetPeak()).isFalse();

        Files.writeString(folder.resolve("status"), "VmHWM:\tmuch\n");
        assertThat(new ProcessMemory(folder).peak()).isEmpty();
        assertThat(new ProcessMemory(folder).resident()).isEmpty();
    }

    @Test
    void theProcessorIsNamed() throws IOException {
        Path cpuInfo = Files.writeString(folder.resolve("cpuinfo"), "processor\t: 0\nmodel name\t: Some CPU @ 2GHz\n");

        assertThat(Machine.processor(cpuInfo)).isEqualTo("Some CPU @ 2GHz");
        assertThat(Machine.processor(folder.resolve("missing"))).isEqualTo(System.getProperty("os.arch"));
    }
}
