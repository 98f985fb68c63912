/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tck.internal.backend;

import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import org.tminus.backend.Backend;
import org.tminus.backend.BackendSession;
import org.tminus.backend.DeviceDescription;
import org.tminus.backend.Telemetry;
import org.tminus.model.Path;
import org.tminus.tck.Finding;
import org.tminus.tck.internal.Crowd;
import org.tminus.tensor.Tensor;

/** What a backend says of itself. */
public final class DeviceChecks {
    private record Range(double from, double to, String unit) {}

    private static final Map<String, Range> PLAUSIBLE = Map.of(
            Telemetry.MEMORY_BYTES, new Range(0, 1e15, "bytes"),
            Telemetry.POWER_WATTS, new Range(0, 1e5, "watts"),
            Telemetry.TEMPERATURE_CELSIUS, new Range(-60, 200, "degrees Celsius"),
            Telemetry.CLOCK_HERTZ, new Range(1e5, 1e11, "hertz"),
            Telemetry.LOAD, new Range(0, 1, "as a share"));

    private final Backend backend;

    /** @param backend what is tested */
    public DeviceChecks(Backend backend) {
        this.backend = backend;
    }

    /** Class, name, numeric class, concurrency; the same whenever asked. */
    public void describesItsDevice() {
        DeviceDescription device = backend.device();
        requireName("deviceClass", device.deviceClass());
        requireName("numericClass", device.numericClass());
        if (device.name().isBlank()) {
            throw Finding.of("The device's name is blank.", "Vendor and type, for people.", "Give it a name.");
        }
        if (device.memoryBytes().isPresent() && device.memoryBytes().getAsLong() <= 0) {
            throw Finding.of(
                    "The device has " + device.memoryBytes().getAsLong() + " bytes of memory.",
                    "A positive number, or none.",
                    "Leave memoryBytes out where it is unknown.");
        }
        DeviceDescription again = backend.device();
        if (!again.deviceClass().equals(device.deviceClass())
                || !again.numericClass().equals(device.numericClass())
                || again.concurrency() != device.concurrency()) {
            throw Finding.of(
                    "Asked twice, it described " + device + " and " + again + ".",
                    "The same description.",
                    "Make the description once, in the constructor.");
        }
    }

    private static void requireName(String what, String value) {
        if (value.isBlank() || !value.equals(value.toLowerCase(Locale.ROOT)) || value.contains(" ")) {
            throw Finding.of(
                    "The device's " + what + " is '" + value + "'.",
                    "A word in lower case, such as cpu or fp32.",
                    "Certificates and configuration compare it as it is; choose a word and keep it.");
        }
    }

    /** Figures within what exists, before, while and after a model is open. */
    public void telemetryIsPlausible(Subject subject) throws Exception {
        expectPlausible("Before a model is open");
        Path path = subject.model().fullDepth();
        Map<String, Tensor> inputs = subject.some(2, 1);
        try (BackendSession session = subject.open()) {
            Crowd.run("Reading telemetry", thread -> {
                Answers.close(session.run(path, inputs, subject.everything()));
                expectPlausible("While a model is open");
            });
        }
        expectPlausible("After the model was closed");
    }

    private void expectPlausible(String when) {
        Telemetry telemetry = backend.telemetry();
        PLAUSIBLE.forEach((figure, range) -> {
            OptionalDouble value = telemetry.figure(figure);
            if (value.isPresent() && !(value.getAsDouble() >= range.from() && value.getAsDouble() <= range.to())) {
                throw Finding.of(
                        when + ", the figure " + figure + " is " + value.getAsDouble() + ".",
                        "From " + range.from() + " to " + range.to() + " " + range.unit() + ", or absent.",
                        "Leave out what the device does not report, and mind the unit in the name.");
            }
        });
    }
}
