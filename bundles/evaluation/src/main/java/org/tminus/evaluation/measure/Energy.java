/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.measure;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * The energy counters of the processor packages (RAPL), or else those of the board's sensors (hwmon), where the system lets
 * us read them.
 */
public final class Energy {
    private final List<Counter> counters = new ArrayList<>();

    /** @param range where it starts again; 0 if that is not known */
    private record Counter(Path energy, long range) {}

    public Energy() {
        this(Path.of("/sys/class/powercap"), Path.of("/sys/class/hwmon"));
    }

    Energy(Path packages, Path sensors) {
        addPackages(packages);
        if (counters.isEmpty()) {
            addSensors(sensors);
        }
    }

    private void addPackages(Path folder) {
        try (DirectoryStream<Path> zones = Files.newDirectoryStream(folder, "*-rapl:[0-9]")) {
            for (Path zone : zones) {
                Path energy = zone.resolve("energy_uj");
                read(energy);
                counters.add(new Counter(energy, read(zone.resolve("max_energy_range_uj"))));
            }
        } catch (IOException | NumberFormatException e) {
            // Often only the superuser may read them, and virtual machines have none.
            counters.clear();
        }
    }

    private void addSensors(Path folder) {
        try (DirectoryStream<Path> devices = Files.newDirectoryStream(folder, "hwmon*")) {
            for (Path device : devices) {
                try (DirectoryStream<Path> files = Files.newDirectoryStream(device, "energy[0-9]*_input")) {
                    for (Path file : files) {
                        read(file);
                        counters.add(new Counter(file, 0));
                    }
                }
            }
        } catch (IOException | NumberFormatException e) {
            counters.clear();
        }
    }

    private static long read(Path file) throws IOException {
        return Long.parseLong(Files.readString(file).strip());
    }

    /** Whether there is anything to read. */
    public boolean isReadable() {
        return !counters.isEmpty();
    }

    /** The state of all counters, for {@link #joulesSince}. */
    public List<Long> now() {
        List<Long> values = new ArrayList<>();
        try {
            for (Counter counter : counters) {
                values.add(read(counter.energy()));
            }
        } catch (IOException | NumberFormatException e) {
            return List.of();
        }
        return values;
    }

    /** What all packages or sensors counted since then, everything that ran on them included; empty if it cannot be told. */
    public OptionalDouble joulesSince(List<Long> before) {
        List<Long> after = now();
        if (after.isEmpty() || after.size() != before.size()) {
            return OptionalDouble.empty();
        }
        long sum = 0;
        for (int i = 0; i < after.size(); i++) {
            long used = after.get(i) - before.get(i);
            if (used < 0 && counters.get(i).range() == 0) {
                return OptionalDouble.empty();
            }
            // The counter starts again at its range, every minute or so under load.
            sum += used >= 0 ? used : used + counters.get(i).range();
        }
        return OptionalDouble.of(sum / 1e6);
    }
}
