/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.backend.cpu;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.backend.Telemetry;

/**
 * What the process and the machine report. Reading takes tens of microseconds, so callers get the last figures, and a
 * background thread renews them when they are old. Thread-safe.
 */
final class CpuTelemetry {
    /** Bytes of physical memory that the whole process holds, where the system tells. */
    static final String PROCESS_MEMORY_BYTES = "processMemoryBytes";

    private static final Logger LOG = LoggerFactory.getLogger(CpuTelemetry.class);

    private static final long VALID_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final int HIGHEST_THERMAL_ZONE = 16;

    private final Deadlines background;
    private final LongSupplier weightBytes;
    private final AtomicBoolean renewing = new AtomicBoolean();
    private volatile Telemetry last;
    private volatile long readNanos;

    /** @param weightBytes that the backend's sessions hold */
    CpuTelemetry(Deadlines background, LongSupplier weightBytes) {
        this.background = background;
        this.weightBytes = weightBytes;
        this.last = read();
        this.readNanos = System.nanoTime();
    }

    Telemetry get() {
        if (System.nanoTime() - readNanos > VALID_NANOS && renewing.compareAndSet(false, true)) {
            background.soon(() -> {
                try {
                    last = read();
                    readNanos = System.nanoTime();
                } finally {
                    renewing.set(false);
                }
            });
        }
        return last;
    }

    private Telemetry read() {
        Telemetry.Builder figures =
                Telemetry.builder().figure(Telemetry.MEMORY_BYTES, (double) weightBytes.getAsLong());
        residentBytes().ifPresent(value -> figures.figure(PROCESS_MEMORY_BYTES, value));
        load().ifPresent(value -> figures.figure(Telemetry.LOAD, value));
        temperature().ifPresent(value -> figures.figure(Telemetry.TEMPERATURE_CELSIUS, value));
        return figures.build();
    }

    private static OptionalDouble residentBytes() {
        try {
            if (Files.isReadable(STATUS)) {
                for (String line : Files.readAllLines(STATUS)) {
                    if (line.startsWith("VmRSS:")) {
                        return OptionalDouble.of(1024.0 * Double.parseDouble(line.replaceAll("\\D", "")));
                    }
                }
            }
        } catch (IOException | NumberFormatException e) {
            return OptionalDouble.empty();
        }
        return OptionalDouble.empty();
    }

    private static OptionalDouble load() {
        try {
            if (ManagementFactory.getOperatingSystemMXBean()
                    instanceof com.sun.management.OperatingSystemMXBean system) {
                double load = system.getCpuLoad();
                return load >= 0 ? OptionalDouble.of(load) : OptionalDouble.empty();
            }
        } catch (NoClassDefFoundError e) {
            // A runtime image without these beans: the figure stays absent.
            LOG.trace("The load cannot be read", e);
        }
        return OptionalDouble.empty();
    }

    private static OptionalDouble temperature() {
        double hottest = Double.NEGATIVE_INFINITY;
        for (int zone = 0; zone < HIGHEST_THERMAL_ZONE; zone++) {
            Path file = Path.of("/sys/class/thermal/thermal_zone" + zone + "/temp");
            if (!Files.isReadable(file)) {
                break;
            }
            try {
                hottest = Math.max(
                        hottest, Double.parseDouble(Files.readString(file).strip()) / 1000);
            } catch (IOException | NumberFormatException e) {
                // Sensors that are switched off give no number.
                LOG.trace("The sensor {} cannot be read", file, e);
            }
        }
        return Double.isFinite(hottest) ? OptionalDouble.of(hottest) : OptionalDouble.empty();
    }
}
