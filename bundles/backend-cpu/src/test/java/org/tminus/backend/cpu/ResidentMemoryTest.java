/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Of a model whose weights are large beside everything else, in a process of its own. The figures are left in
 * {@code target/resident-memory.txt}.
 */
@EnabledOnOs(OS.LINUX)
class ResidentMemoryTest {
    private static final double COPIES = 1.15;
    private static final long MEBIBYTE = 1 << 20;

    /** Of all weights, in the process that may not have more. */
    private static final String BOUND_MEBIBYTES = "48";

    private static final Path FILE = Path.of("target", "resident-memory.txt");
    private static final Map<String, Long> FIGURES = new HashMap<>();

    /** What the C library happens to keep of freed memory only adds: the least of a few processes is what is needed. */
    private static final int MOST_PROCESSES = 3;

    @BeforeAll
    static void measure(@TempDir Path folder) throws Exception {
        for (int process = 0; process < MOST_PROCESSES && !isHeldOnce(); process++) {
            measure(Files.createDirectory(folder.resolve("process" + process)), folder.resolve("errors.txt"), "");
        }
        measure(Files.createDirectory(folder.resolve("bounded")), folder.resolve("errors.txt"), BOUND_MEBIBYTES);
    }

    private static boolean isHeldOnce() {
        Long weights = FIGURES.get(ResidentMemory.WEIGHTS);
        return weights != null
                && Stream.of("1", "8", "32").allMatch(paths -> figure(paths) <= Math.round(COPIES * weights));
    }

    private static void measure(Path models, Path errors, String bound) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms768m",
                "-Xmx768m",
                "-XX:+UseSerialGC",
                "-XX:+AlwaysPreTouch",
                // The second compiler needs much memory for a moment, at a time of its own.
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                ResidentMemory.class.getName(),
                models.toString(),
                "4",
                "768"));
        if (!bound.isEmpty()) {
            command.add(bound);
        }
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(FILE.toFile()).redirectError(errors.toFile());
        // Else glibc keeps some MiB of what was freed, sometimes more and sometimes less.
        builder.environment().put("MALLOC_MMAP_THRESHOLD_", "65536");
        Process process = builder.start();
        try {
            process.waitFor();
        } finally {
            process.destroyForcibly();
        }
        for (String line : Files.readAllLines(FILE)) {
            String[] parts = line.split(" ", 2);
            FIGURES.merge(parts[0], Long.parseLong(parts[1]), Math::min);
        }
        assertThat(FIGURES)
                .as(Files.readString(errors))
                .containsKey(bound.isEmpty() ? ResidentMemory.CLOSED : ResidentMemory.BOUNDED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "8", "32"})
    void compiledPathsHoldTheWeightsOnce(String paths) {
        long weights = figure(ResidentMemory.WEIGHTS);
        assertThat(weights).isGreaterThan(64 * MEBIBYTE);
        assertThat(figure(paths)).isBetween(weights / 2, Math.round(COPIES * weights));
    }

    @Test
    void aBoundHoldsForWhatIsResident() {
        long bound = Long.parseLong(BOUND_MEBIBYTES) * MEBIBYTE;
        assertThat(figure(ResidentMemory.WEIGHTS)).isGreaterThan(2 * bound);
        assertThat(figure(ResidentMemory.BOUNDED)).isLessThan(bound + 16 * MEBIBYTE);
    }

    @Test
    void whatALargeBatchTookIsGivenBack() {
        long before = figure("32");
        long peak = figure(ResidentMemory.BURST);
        assertThat(peak).isGreaterThan(before + 64 * MEBIBYTE);
        assertThat(figure(ResidentMemory.AFTER_BURST)).isLessThan(before + (peak - before) / 4);
    }

    @Test
    void aClosedModelLeavesLittleBehind() {
        assertThat(figure(ResidentMemory.CLOSED)).isLessThan(figure(ResidentMemory.WEIGHTS) / 4);
    }

    private static long figure(String name) {
        return Objects.requireNonNull(FIGURES.get(name));
    }
}
