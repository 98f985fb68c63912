/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.tminus.onnxruntime.OnnxRuntime;

/** What the figures were measured on. */
final class Machine {
    private Machine() {}

    /** Processor, cores and operating system in words. */
    static String description() {
        return processor() + ", " + Runtime.getRuntime().availableProcessors() + " cores, "
                + System.getProperty("os.name") + " " + System.getProperty("os.arch");
    }

    private static String processor() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name") && line.contains(":"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElseGet(Machine::architecture);
        } catch (IOException e) {
            // Other systems do not have this file; the architecture has to do.
            return architecture();
        }
    }

    private static String architecture() {
        return "processor " + System.getProperty("os.arch", "unknown");
    }

    static Map<String, String> versions(OnnxRuntime runtime) {
        Map<String, String> versions = new TreeMap<>();
        versions.put("java", System.getProperty("java.vm.name") + " " + System.getProperty("java.version"));
        versions.put("onnxruntime", runtime.version());
        String own = Machine.class.getPackage().getImplementationVersion();
        versions.put("tminus", own == null ? "unknown" : own);
        return versions;
    }
}
