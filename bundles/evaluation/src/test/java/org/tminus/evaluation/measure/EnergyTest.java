/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnergyTest {
    @Test
    void allPackagesAddUpAndTheCounterMayStartAgain(@TempDir Path folder) throws Exception {
        zone(folder, "intel-rapl:0", 1_000_000, 10_000_000);
        zone(folder, "intel-rapl:1", 9_500_000, 10_000_000);
        zone(folder, "intel-rapl:0:0", 5, 10);
        Energy energy = new Energy(folder, folder.resolve("none"));
        assertThat(energy.isReadable()).isTrue();
        List<Long> before = energy.now();

        zone(folder, "intel-rapl:0", 3_000_000, 10_000_000);
        zone(folder, "intel-rapl:1", 500_000, 10_000_000);

        assertThat(energy.joulesSince(before)).hasValue(3.0);
    }

    @Test
    void withoutCountersThereIsNoFigure(@TempDir Path folder) throws Exception {
        assertThat(new Energy(folder, folder).isReadable()).isFalse();
        assertThat(new Energy(folder.resolve("missing"), folder).isReadable()).isFalse();
        Files.createDirectory(folder.resolve("intel-rapl:0"));
        Energy unreadable = new Energy(folder, folder);
        assertThat(unreadable.isReadable()).isFalse();
        assertThat(unreadable.joulesSince(List.of(1L))).isEmpty();
    }

    @Test
    void sensorsOfTheBoardServeWherePackagesHaveNoCounters(@TempDir Path folder) throws Exception {
        Path sensor = Files.createDirectories(folder.resolve("hwmon3"));
        Files.writeString(sensor.resolve("energy1_input"), "7000000\n");
        Files.writeString(sensor.resolve("energy2_input"), "1000000\n");
        Energy energy = new Energy(folder.resolve("missing"), folder);
        List<Long> before = energy.now();
        Files.writeString(sensor.resolve("energy1_input"), "7500000\n");
        Files.writeString(sensor.resolve("energy2_input"), "2000000\n");
        assertThat(energy.joulesSince(before)).hasValue(1.5);

        // Nobody knows where it started again.
        Files.writeString(sensor.resolve("energy1_input"), "0\n");
        assertThat(energy.joulesSince(before)).isEmpty();
    }

    private static void zone(Path folder, String name, long energy, long range) throws IOException {
        Path zone = Files.createDirectories(folder.resolve(name));
        Files.writeString(zone.resolve("energy_uj"), energy + "\n");
        Files.writeString(zone.resolve("max_energy_range_uj"), range + "\n");
    }
}
