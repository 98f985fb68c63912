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
        Energy energy = new Energy(folder);
        assertThat(energy.isReadable()).isTrue();
        List<Long> before = energy.now();

        zone(folder, "intel-rapl:0", 3_000_000, 10_000_000);
        zone(folder, "intel-rapl:1", 500_000, 10_000_000);

        assertThat(energy.joulesSince(before)).hasValue(3.0);
    }

    @Test
    void withoutCountersThereIsNoFigure(@TempDir Path folder) throws Exception {
        assertThat(new Energy(folder).isReadable()).isFalse();
        assertThat(new Energy(folder.resolve("missing")).isReadable()).isFalse();
        Files.createDirectory(folder.resolve("intel-rapl:0"));
        Energy unreadable = new Energy(folder);
        assertThat(unreadable.isReadable()).isFalse();
        assertThat(unreadable.joulesSince(List.of(1L))).isEmpty();
    }

    private static void zone(Path folder, String name, long energy, long range) throws IOException {
        Path zone = Files.createDirectories(folder.resolve(name));
        Files.writeString(zone.resolve("energy_uj"), energy + "\n");
        Files.writeString(zone.resolve("max_energy_range_uj"), range + "\n");
    }
}
