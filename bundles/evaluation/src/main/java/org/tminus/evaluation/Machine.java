/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.tminus.onnxruntime.OnnxRuntime;

/** What the figures were measured on. */
public final class Machine {
    private Machine() {}

    /** Processor, cores and operating system in words. */
    public static String description() {
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

    /** Of what the figures depend on. */
    public static Map<String, String> versions(OnnxRuntime runtime) {
        Map<String, String> versions = new TreeMap<>();
        versions.put("java", System.getProperty("java.vm.name") + " " + System.getProperty("java.version"));
        versions.put("onnxruntime", runtime.version());
        versions.put("tminus", ownVersion());
        return versions;
    }

    /** As the bundle's manifest says it; without one, such as in a test, nobody knows. */
    private static String ownVersion() {
        String place = String.valueOf(Machine.class.getResource("Machine.class"));
        int path = place.lastIndexOf("/" + Machine.class.getName().replace('.', '/'));
        try (InputStream manifest =
                new URL(place.substring(0, Math.max(0, path)) + "/META-INF/MANIFEST.MF").openStream()) {
            String version = new Manifest(manifest).getMainAttributes().getValue("Bundle-Version");
            return version == null ? "unknown" : version;
        } catch (IOException e) {
            return "unknown";
        }
    }
}
